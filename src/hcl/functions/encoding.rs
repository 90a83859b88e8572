//! Functions that encode and decode: JSON, YAML, base64 and URLs.

use std::fmt::Write as _;

use super::{Function, arguments::Arguments, json, yaml};
use crate::hcl::evaluate::{Outcome, Value, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("base64decode", 1, |arguments| {
        let encoded = arguments.string(0)?;
        match from_base64(&encoded).map(String::from_utf8) {
            Some(Ok(text)) => Ok(Value::string(text)),
            Some(Err(_)) => wrong("the decoded bytes are not UTF-8"),
            None => wrong("the text is not base64"),
        }
    }),
    Function::exactly("base64encode", 1, |arguments| Ok(Value::string(base64(arguments.string(0)?.as_bytes())))),
    Function::exactly("jsondecode", 1, json_decode),
    Function::exactly("jsonencode", 1, |arguments| json::encode(arguments.get(0)).map(Value::string)),
    Function::exactly("urlencode", 1, |arguments| Ok(Value::string(url_encode(&arguments.string(0)?)))),
    Function::exactly("yamlencode", 1, |arguments| yaml::encode(arguments.known(0)?).map(Value::string)),
];

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 (RFC 4648) with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |position: usize| u32::from(group.get(position).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            if position > group.len() {
                text.push('=');
            } else {
                let sextet = (bits >> (18 - 6 * position)) & 63;
                text.push(char::from(ALPHABET[sextet as usize]));
            }
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    // Go's decoder skips line ends.
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let padding = symbols.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let mut bits = 0_u32;
    for (position, symbol) in symbols[..symbols.len() - padding].iter().enumerate() {
        let sextet = ALPHABET.iter().position(|candidate| candidate == symbol)?;
        bits = (bits << 6 | u32::try_from(sextet).ok()?) & 0x00ff_ffff;
        // Four symbols are three bytes; the first of them completes none.
        let complete = match position % 4 {
            0 => continue,
            1 => bits >> 4,
            2 => bits >> 2,
            _ => bits,
        };
        bytes.push(u8::try_from(complete & 0xff).ok()?);
    }
    Some(bytes)
}

fn json_decode(arguments: &Arguments<'_>) -> Outcome {
    match serde_json::from_str::<serde_json::Value>(&arguments.string(0)?) {
        Ok(json) => Ok(Value::from(&json)),
        Err(error) => wrong(format!("the text is not JSON: {error}")),
    }
}

/// The form of HTML form fields: a space becomes `+`.
fn url_encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            other => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{other:02X}");
            }
        }
        encoded
    })
}
