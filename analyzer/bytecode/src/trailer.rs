//! Which bytes at the end of a code are the compiler's metadata.
//!
//! solc and Vyper append a CBOR map and its length in two bytes, most significant first (Solidity documentation,
//! "Encoding of the Metadata Hash in the Bytecode"). It names the sources' hash and the compiler, so it changes with
//! every comment. Only the trailer of the code itself is cut: the trailers of contracts that the code deploys stand in
//! its data and are compared as such.

/// Keys with which a map of a known compiler begins.
const FIRST_KEYS: [&str; 6] = ["ipfs", "bzzr0", "bzzr1", "solc", "experimental", "vyper"];

/// Longest trailer that is believed: solc's longest is 76 bytes, and an IPFS hash of another form adds a few.
const MAX_TRAILER_BYTES: usize = 256;

/// The code without its metadata trailer, or all of it when no trailer is recognised.
pub fn without_metadata(code: &[u8]) -> &[u8] {
    trailer_start(code).map_or(code, |start| &code[..start])
}

fn trailer_start(code: &[u8]) -> Option<usize> {
    let (rest, length) = code.split_last_chunk::<2>()?;
    let map_len = usize::from(u16::from_be_bytes(*length));
    if map_len == 0 || map_len > MAX_TRAILER_BYTES {
        return None;
    }
    let start = rest.len().checked_sub(map_len)?;
    let map = &rest[start..];
    // Major type 5, a map, of one to four entries; then a text string shorter than 24 bytes (RFC 8949, section 3.1).
    let (&head, entries) = map.split_first()?;
    let (&key_head, keys) = entries.split_first()?;
    if !(0xa1..=0xa4).contains(&head) || !(0x61..=0x77).contains(&key_head) {
        return None;
    }
    let key = keys.get(..usize::from(key_head - 0x60))?;
    FIRST_KEYS.iter().any(|known| known.as_bytes() == key).then_some(start)
}

/// Every region of a code that is such a map with its length behind it, those of code within the code among them; in
/// ascending order of place, in bytes.
pub fn metadata_regions(code: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut regions = Vec::new();
    let mut at = 0;
    while at < code.len() {
        match metadata_len_bytes(&code[at..]) {
            Some(len) => {
                regions.push(at..at + len);
                at += len;
            }
            None => at += 1,
        }
    }
    regions
}

/// How long the map is that bytes begin with, and the length behind it that confirms it.
fn metadata_len_bytes(bytes: &[u8]) -> Option<usize> {
    let entries = usize::from(bytes.first()?.checked_sub(0xa0)?);
    let first_key = bytes.get(2..2 + usize::from(bytes.get(1)?.checked_sub(0x60)?))?;
    if !(1..=4).contains(&entries) || !FIRST_KEYS.iter().any(|known| known.as_bytes() == first_key) {
        return None;
    }
    let mut end = 1;
    for _ in 0..2 * entries {
        end += item_len_bytes(bytes.get(end..)?)?;
    }
    let length = bytes.get(end..end + 2)?;
    (length == u16::try_from(end).ok()?.to_be_bytes()).then_some(end + 2)
}

/// How long an item of CBOR is: a number, a string of bytes or of text, a Boolean, or an array of numbers.
fn item_len_bytes(bytes: &[u8]) -> Option<usize> {
    let (&head, rest) = bytes.split_first()?;
    let (head_len, argument) = match head & 0x1f {
        short @ 0..=23 => (1, usize::from(short)),
        24 => (2, usize::from(*rest.first()?)),
        25 => (3, usize::from(u16::from_be_bytes(*rest.first_chunk()?))),
        _ => return None,
    };
    match head >> 5 {
        0 | 7 => Some(head_len),
        2 | 3 => Some(head_len + argument),
        4 if argument <= 8 => {
            let mut end = head_len;
            for _ in 0..argument {
                let item = bytes.get(end..)?;
                end += item_len_bytes(item).filter(|_| item[0] >> 5 == 0)?;
            }
            Some(end)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"ipfs": 34 bytes, "solc": 0.8.28}` as solc 0.8.28 appends it.
    fn solc_trailer() -> Vec<u8> {
        let mut trailer = vec![0xa2, 0x64];
        trailer.extend_from_slice(b"ipfs");
        trailer.extend_from_slice(&[0x58, 0x22, 0x12, 0x20]);
        trailer.extend_from_slice(&[0x11; 32]);
        trailer.push(0x64);
        trailer.extend_from_slice(b"solc");
        trailer.extend_from_slice(&[0x43, 0x00, 0x08, 0x1c, 0x00, 0x33]);
        trailer
    }

    #[test]
    fn the_trailer_is_cut_and_nothing_else() {
        let mut code = vec![0x60, 0x80, 0x00];
        code.extend(solc_trailer());
        assert_eq!(without_metadata(&code), [0x60, 0x80, 0x00]);
    }

    #[test]
    fn vyper_appends_its_version_alone() {
        let code = [0x00, 0xa1, 0x65, b'v', b'y', b'p', b'e', b'r', 0x83, 0x00, 0x03, 0x07, 0x00, 0x0b];
        assert_eq!(without_metadata(&code), [0x00]);
    }

    #[test]
    fn maps_within_a_code_are_found_where_their_length_confirms_them() {
        let trailer = solc_trailer();
        let code =
            [&[0x00][..], &trailer, &[0x60, 0x80], &trailer, &[0xa2, 0x64, b'i', b'p', b'f', b's', 0x58]].concat();
        let len = trailer.len();
        assert_eq!(metadata_regions(&code), [1..1 + len, 3 + len..3 + 2 * len]);
        let vyper = [0xa1, 0x65, b'v', b'y', b'p', b'e', b'r', 0x83, 0x00, 0x03, 0x07, 0x00, 0x0b];
        assert_eq!(metadata_regions(&vyper).first(), Some(&(0..13)));
        assert_eq!(metadata_regions(&vyper[..12]), []);
    }

    #[test]
    fn code_without_a_trailer_stays_whole() {
        for code in [&[][..], &[0x00], &[0x00, 0x00], &[0xff, 0xff, 0xff], &[0xa1, 0x61, b'x', 0x00, 0x04]] {
            assert_eq!(without_metadata(code), code);
        }
    }
}
