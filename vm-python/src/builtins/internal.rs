//! Classes of cells that Python code never sees; the collector and the diagnostics need them to have one.

use crate::{
    native::TypeDef,
    object::{dict::DictTable, items::Items, kind::Kind, raw::RawBlock, set::SetTable},
    ops::attr::Overflow,
    types::NO_DEF,
};

/// Storage of lists.
pub static ITEMS_DEF: TypeDef =
    TypeDef { name: "_items", kind: Kind::Items, size: size_of::<Items>(), ..NO_DEF };
/// Storage of dicts.
pub static DICT_TABLE_DEF: TypeDef =
    TypeDef { name: "_dict_table", kind: Kind::DictTable, size: size_of::<DictTable>(), ..NO_DEF };
/// Storage of sets.
pub static SET_TABLE_DEF: TypeDef =
    TypeDef { name: "_set_table", kind: Kind::SetTable, size: size_of::<SetTable>(), ..NO_DEF };
/// Plain memory.
pub static RAW_DEF: TypeDef =
    TypeDef { name: "_raw", kind: Kind::Raw, size: size_of::<RawBlock>(), ..NO_DEF };
/// Attribute slots beyond the inline ones.
pub static OVERFLOW_DEF: TypeDef =
    TypeDef { name: "_overflow", kind: Kind::Overflow, size: size_of::<Overflow>(), ..NO_DEF };
