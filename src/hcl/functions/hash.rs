//! Hashes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256, Sha512};

use super::{Function, encoding::base64};
use crate::hcl::evaluate::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("base64sha256", 1, |arguments| {
        Ok(Value::string(base64(&Sha256::digest(arguments.string(0)?.as_bytes()))))
    }),
    Function::exactly("base64sha512", 1, |arguments| {
        Ok(Value::string(base64(&Sha512::digest(arguments.string(0)?.as_bytes()))))
    }),
    Function::exactly("sha256", 1, |arguments| {
        Ok(Value::string(hexadecimal(&Sha256::digest(arguments.string(0)?.as_bytes()))))
    }),
    Function::exactly("sha512", 1, |arguments| {
        Ok(Value::string(hexadecimal(&Sha512::digest(arguments.string(0)?.as_bytes()))))
    }),
];

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
