//! The compact serialisation: three parts, taken apart without a byte to spare.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Refusal;

/// The signature of an RSA key of 8192 bits, the longest of all.
const MAX_SIGNATURE_BYTES: usize = 1024;

/// A token's three parts, still encoded.
pub(super) struct Compact<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// What was signed: header, dot, payload.
    pub(super) signed: &'a [u8],
}

impl<'a> Compact<'a> {
    /// Takes exactly three parts, none of them empty.
    pub(super) fn split(token: &'a str) -> Result<Self, Refusal> {
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::NotThreeParts);
        };
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(Refusal::NotThreeParts);
        }
        let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
        Ok(Self {
            header,
            payload,
            signature,
            signed,
        })
    }

    pub(super) fn header(&self) -> Result<String, Refusal> {
        text(self.header, Refusal::Header)
    }

    pub(super) fn payload(&self) -> Result<String, Refusal> {
        text(self.payload, Refusal::Payload)
    }

    pub(super) fn signature(&self) -> Result<Signature, Refusal> {
        let mut bytes = [0; MAX_SIGNATURE_BYTES];
        let length = URL_SAFE_NO_PAD
            .decode_slice(self.signature, &mut bytes)
            .map_err(|_| Refusal::Signature)?;
        Ok(Signature { bytes, length })
    }
}

/// Decoded on the stack: a forged token costs no allocation here.
pub(super) struct Signature {
    bytes: [u8; MAX_SIGNATURE_BYTES],
    length: usize,
}

impl Signature {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// This engine refuses padding and loose last bits, so that each part has exactly one spelling. All of it has to be UTF-8,
/// the strings that nobody reads included.
fn text(part: &str, refusal: Refusal) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| refusal)?;
    String::from_utf8(bytes).map_err(|_| refusal)
}

/// The unpadded base64url of these bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_three_parts() {
        for token in [
            "",
            ".",
            "..",
            "a",
            "a.b",
            "a.b.",
            ".b.c",
            "a..c",
            "a.b.c.",
            "a.b.c.d",
            "a.b.c.d.e",
        ] {
            assert!(matches!(Compact::split(token), Err(Refusal::NotThreeParts)), "{token}");
        }
        let compact = Compact::split("ab.cde.f").unwrap();
        assert_eq!(compact.signed, b"ab.cde");
    }

    #[test]
    fn one_spelling() {
        let read = |header: &str| Compact::split(&format!("{header}.e30.AA")).unwrap().header();
        assert_eq!(read("e30").as_deref(), Ok("{}"));
        for other in ["e31", "e30=", "e3 0", "e3\n0", "_w", "+/", "e"] {
            assert_eq!(read(other), Err(Refusal::Header), "{other}");
        }
    }

    #[test]
    fn a_signature_has_a_bound() {
        let long = encode(&[7; MAX_SIGNATURE_BYTES + 1]);
        assert!(Compact::split(&format!("a.b.{long}")).unwrap().signature().is_err());
        let longest = encode(&[7; MAX_SIGNATURE_BYTES]);
        let signature = Compact::split(&format!("a.b.{longest}")).unwrap().signature().unwrap();
        assert_eq!(signature.as_bytes(), [7; MAX_SIGNATURE_BYTES]);
    }
}
