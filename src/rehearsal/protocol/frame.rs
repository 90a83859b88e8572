//! gRPC's framing of one message: a flag for compression, the length in four bytes, the message.

use bytes::{BufMut as _, Bytes, BytesMut};
use prost::Message;

const HEADER: usize = 5;

/// A message as it goes over the wire.
pub(in crate::rehearsal) fn encode(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(HEADER + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    // Only a buffer that is too small refuses a message, and this one grows.
    let _ = message.encode(&mut frame);
    frame.freeze()
}

/// The message in a frame; `None` where it is none, or is compressed, which Terraform does not do.
pub(in crate::rehearsal) fn decode<M: Message + Default>(frame: &Bytes) -> Option<M> {
    if frame.len() < HEADER || frame[0] != 0 {
        return None;
    }
    M::decode(frame.slice(HEADER..)).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::messages::Value, *};

    #[test]
    fn frames_are_read_as_they_are_written() {
        let value = Value { msgpack: b"\xc0".to_vec(), json: Vec::new() };
        let frame = encode(&value);
        assert_eq!(frame[..HEADER], [0, 0, 0, 0, 3]);
        assert_eq!(decode::<Value>(&frame), Some(value));
        assert_eq!(decode::<Value>(&Bytes::from_static(b"\x01\0\0\0\0")), None);
        assert_eq!(decode::<Value>(&Bytes::new()), None);
    }
}
