//! `bytearray` (skeleton).
use crate::{native::TypeDef, object::{kind::Kind, bytes::ByteArray}, types::NO_DEF};
/// `bytearray`
pub static DEF: TypeDef = TypeDef { name: "bytearray", kind: Kind::ByteArray, size: size_of::<ByteArray>(), ..NO_DEF };
