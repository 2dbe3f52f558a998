//! `types.UnionType`: what `int | str` makes (PEP 604).

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::Marker;

use super::generic_alias::GenericAlias;
use crate::{
    error::PyResult,
    native::{GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots},
        gc::{Gc, Slot},
        items::RootVec,
        sequence::Tuple,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// A union of classes.
pub struct Union {
    /// A tuple of the members, without repetition.
    members: Slot,
}

impl NativePayload for Union {
    fn trace(&self, m: &mut Marker) {
        self.members.trace(m);
    }
}

/// The class `types.UnionType`.
pub static DEF: TypeDef = TypeDef {
    name: "types.UnionType",
    doc: "Represent a union type\n\nE.g. for int | str",
    kind: Native::<Union>::KIND,
    size: Native::<Union>::SIZE,
    slots: TypeSlots {
        binary: Some(or),
        binary_ops: 1 << BinOp::Or as u16,
        repr: Some(repr),
        compare: Some(|_, op, a, b| {
            let (Some(x), Some(y)) = (members(a), members(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
            let within = |x: Gc<Tuple>, y: Gc<Tuple>| x.as_slice().iter().all(|m| y.as_slice().contains(m));
            let same = within(x, y) && within(y, x);
            Ok(match op {
                CmpOp::Eq => Value::bool(same),
                CmpOp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        }),
        getitem: Some(|vm, v, item| {
            let typing = super::generic_alias::typing;
            let args = members(v).map_or(Value::NONE, Gc::value);
            let items = super::generic_alias::as_tuple(vm, item)?;
            let replaced = typing(vm, "_substitute", &[v, args, items])?;
            of(vm, replaced.downcast::<Tuple>().as_ref().map_or(&[][..], |t| t.as_slice()))
        }),
        hash: Some(|vm, v| {
            let mut h = 0;
            for m in members(v).as_ref().map_or(&[][..], |t| t.as_slice()) {
                h ^= vm.hash(*m)?;
            }
            Ok(crate::hash::fix(h))
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::class("__class_getitem__", |vm, args| {
            let [_, item] = args.exact(vm, "__class_getitem__")?;
            match item.downcast::<Tuple>() {
                Some(t) => of(vm, t.as_slice()),
                None => of(vm, &[item]),
            }
        }),
        MethodDef::new("__instancecheck__", |vm, args| {
            let [u, v] = args.exact(vm, "__instancecheck__")?;
            match members(u) {
                Some(t) => Ok(Value::bool(vm.object_isinstance(v, t.value())?)),
                None => Ok(Value::FALSE),
            }
        }),
        MethodDef::new("__subclasscheck__", |vm, args| {
            let [u, c] = args.exact(vm, "__subclasscheck__")?;
            match members(u) {
                Some(t) => Ok(Value::bool(vm.object_issubclass(c, t.value())?)),
                None => Ok(Value::FALSE),
            }
        }),
    ],
    getset: &[
        GetSetDef::read_only("__args__", |_, v| Ok(members(v).map_or(Value::NONE, Gc::value))),
        GetSetDef::read_only("__parameters__", |vm, v| {
            super::generic_alias::typing(vm, "_parameters", &[members(v).map_or(Value::NONE, Gc::value)])
        }),
    ],
    ..NO_DEF
};

fn members(v: Value) -> Option<Gc<Tuple>> {
    v.native::<Union>()?.payload.members.get().downcast::<Tuple>()
}

/// `a | b` for classes, unions, aliases and None; `NotImplemented` for anything else.
pub(crate) fn or(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let fits = |v: Value| {
        v.is_none() || v.is::<Type>() || v.native::<Union>().is_some() || v.native::<GenericAlias>().is_some()
    };
    if op != BinOp::Or || !fits(a) || !fits(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    of(vm, &[a, b])
}

/// The union of `sides`, whatever they are.
fn of(vm: &Vm, sides: &[Value]) -> PyResult {
    let all = RootVec::new(vm);
    for &side in sides {
        let side = if side.is_none() { vm.types().none_type.value() } else { side };
        match members(side) {
            Some(t) => {
                for &m in t.as_slice() {
                    if !all.as_slice().contains(&m) {
                        all.push(m)?;
                    }
                }
            }
            None if all.as_slice().contains(&side) => {}
            None => all.push(side)?,
        }
    }
    if let [only] = all.as_slice() {
        return Ok(*only);
    }
    let t = vm.new_tuple(all.as_slice())?;
    Ok(vm.new_native_object(vm.types().union, Union { members: Slot::new(t.value()) })?.value())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let mut parts = Vec::new();
    for &m in members(v).as_ref().map_or(&[][..], |t| t.as_slice()) {
        parts.push(match m.downcast::<Type>() {
            Some(t) if t == vm.types().none_type => "None".to_owned(),
            Some(t) => vm.qualified_name(t),
            None => vm.repr(m)?.to_str_lossy().into_owned(),
        });
    }
    vm.new_str(&parts.join(" | "))
}
