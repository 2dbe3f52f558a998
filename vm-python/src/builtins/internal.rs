//! Classes of cells that Python code never sees; the collector and the diagnostics need them to have one.

use crate::{
    native::TypeDef,
    object::{dict::DictTable, items::Items, kind::Kind},
    ops::attr::Overflow,
    types::NO_DEF,
};

/// Storage of lists.
pub static ITEMS_DEF: TypeDef = TypeDef { name: "_items", kind: Kind::Items, size: size_of::<Items>(), ..NO_DEF };
/// Storage of dicts.
pub static DICT_TABLE_DEF: TypeDef =
    TypeDef { name: "_dict_table", kind: Kind::DictTable, size: size_of::<DictTable>(), ..NO_DEF };
/// Attribute slots beyond the inline ones.
pub static OVERFLOW_DEF: TypeDef =
    TypeDef { name: "_overflow", kind: Kind::Overflow, size: size_of::<Overflow>(), ..NO_DEF };
