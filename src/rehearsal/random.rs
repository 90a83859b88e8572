//! `random_id`, computed as the provider does from its bytes; these are drawn from a digest, so that the same
//! rehearsal gives the same values.

use sha2::{Digest as _, Sha256};

use super::value::{Entries, Value};

/// The name of the resource type.
pub(super) const KIND: &str = "random_id";

/// Fills in the computed attributes.
pub(super) fn complete(object: &mut Entries, seed: &[u8]) {
    let length = match object.get("byte_length") {
        Some(Value::Number(length)) => length.as_u64().and_then(|length| usize::try_from(length).ok()),
        _ => None,
    };
    let bytes = bytes(seed, length.unwrap_or_default());
    let prefix = object.get("prefix").and_then(Value::text).unwrap_or_default().to_owned();
    let url = base64(&bytes, b"-_").trim_end_matches('=').to_owned();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for (name, text) in
        [("hex", hex), ("dec", decimal(&bytes)), ("b64_std", base64(&bytes, b"+/")), ("b64_url", url.clone())]
    {
        object.insert(name.to_owned(), format!("{prefix}{text}").into());
    }
    object.insert("id".to_owned(), url.into());
}

fn bytes(seed: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length);
    let mut block = Sha256::digest(seed).to_vec();
    while bytes.len() < length {
        bytes.extend_from_slice(&block);
        block = Sha256::digest(&block).to_vec();
    }
    bytes.truncate(length);
    bytes
}

/// Base64 with the two letters that its alphabets differ in.
fn base64(bytes: &[u8], last: &[u8; 2]) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |index: u32| {
        let index = usize::try_from(index & 63).unwrap_or_default();
        char::from(LETTERS.get(index).copied().unwrap_or_else(|| last[usize::from(index == 63)]))
    };
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(number >> 18));
        text.push(letter(number >> 12));
        text.push(if group.len() > 1 { letter(number >> 6) } else { '=' });
        text.push(if group.len() > 2 { letter(number) } else { '=' });
    }
    text
}

/// The bytes as one number, most significant first, in decimal.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0_u8];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 10).unwrap_or_default();
            carry /= 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(base64(b"", b"+/"), "");
        assert_eq!(base64(b"f", b"+/"), "Zg==");
        assert_eq!(base64(b"foob", b"+/"), "Zm9vYg==");
        assert_eq!(base64(&[0xfb, 0xff], b"-_"), "-_8=");
        assert_eq!(decimal(&[1, 0, 0]), "65536");
        assert_eq!(decimal(&[]), "0");
    }

    #[test]
    fn all_attributes_tell_the_same_bytes() {
        let mut object =
            Entries::from([("byte_length".to_owned(), Value::Number(2.into())), ("prefix".to_owned(), "p-".into())]);
        complete(&mut object, b"seed");
        let hex = object["hex"].text().unwrap().strip_prefix("p-").unwrap().to_owned();
        let number = u16::from_str_radix(&hex, 16).unwrap();
        assert_eq!(object["dec"].text(), Some(format!("p-{number}").as_str()));
    }
}
