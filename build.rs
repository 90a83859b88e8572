//! Unpacks the provider schemas, so that the program reads them straight from its own image.

#![expect(clippy::expect_used, reason = "a build that lacks its inputs cannot go on")]

use std::{env, fs, path::Path};

const SCHEMAS: &str = "assets/schemas";

fn main() {
    println!("cargo:rerun-if-changed={SCHEMAS}");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for entry in fs::read_dir(SCHEMAS).expect("the schemas are part of the repository") {
        let path = entry.expect("a readable directory entry").path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let Some(unpacked) = name.strip_suffix(".zst") else {
            continue;
        };
        let packed = fs::read(&path).expect("a readable schema");
        let text = zstd::decode_all(packed.as_slice()).expect("a valid zstd frame");
        fs::write(Path::new(&out).join(unpacked), text).expect("a writable OUT_DIR");
    }
}
