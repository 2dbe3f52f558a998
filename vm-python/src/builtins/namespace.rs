//! `types.SimpleNamespace`.

use vm_compiler::opcodes::CmpOp;
use vm_heap::Header;

use super::sequence::TextBuilder;
use crate::{
    error::PyResult,
    native::{Args, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::Gc,
        kind::Kind,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `types.SimpleNamespace`.
pub static DEF: TypeDef = TypeDef {
    name: "types.SimpleNamespace",
    doc: "A simple attribute-based namespace.",
    kind: Kind::Instance,
    size: size_of::<Header>(),
    flags: type_flags::BASETYPE | type_flags::HAS_DICT,
    slots: TypeSlots {
        compare: Some(compare),
        repr: Some(repr),
        new: Some(new),
        init: Some(init),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__reduce__", |vm, a| {
            let [this] = a.exact::<1>(vm, "__reduce__")?;
            let state = vm.instance_dict(this)?.map_or(Value::NONE, Gc::value);
            let none = vm.new_tuple(&[])?;
            Ok(vm.new_tuple(&[vm.type_of(this).value(), none.value(), state])?.value())
        }),
        MethodDef::new("__replace__", replace),
    ],
    ..NO_DEF
};

impl Vm {
    /// A namespace with these attributes.
    pub fn new_namespace(&self, attributes: &[(&str, Value)]) -> PyResult {
        let p = self.alloc_instance_of(self.types().simple_namespace)?;
        let ns = Value::from_ptr(p);
        for (name, v) in attributes {
            self.setattr(ns, self.intern(name)?, Some(*v))?;
        }
        Ok(ns)
    }
}

fn new(vm: &Vm, class: Gc<Type>, _: Args<'_>) -> PyResult {
    Ok(Value::from_ptr(vm.alloc_instance_of(class)?))
}

fn set(vm: &Vm, this: Value, name: Value, v: Value) -> PyResult<()> {
    let Some(name) = name.downcast::<Str>() else {
        return Err(vm.type_error("keywords must be strings"));
    };
    vm.setattr(this, vm.intern_str(name), Some(v))
}

fn init(vm: &Vm, this: Value, args: Args<'_>) -> PyResult<()> {
    if args.len() > 1 {
        return Err(vm.type_error(format!(
            "{} expected at most 1 positional argument, got {}",
            vm.type_name(this),
            args.len()
        )));
    }
    if let &[source] = args.pos() {
        let d = vm.new_dict()?;
        super::dict::update(vm, d, source)?;
        let mut pos = 0;
        while let Some((next, k, v)) = d.next_entry(pos) {
            set(vm, this, k, v)?;
            pos = next;
        }
    }
    for (k, v) in args.keywords() {
        set(vm, this, k.value(), v)?;
    }
    Ok(())
}

fn replace(vm: &Vm, args: Args<'_>) -> PyResult {
    let [this] = Args::new(args.pos()).exact::<1>(vm, "__replace__")?;
    let fresh = vm.call(vm.type_of(this).value(), &[])?;
    if let Some(d) = vm.instance_dict(this)? {
        let mut pos = 0;
        while let Some((next, k, v)) = d.next_entry(pos) {
            set(vm, fresh, k, v)?;
            pos = next;
        }
    }
    for (k, v) in args.keywords() {
        set(vm, fresh, k.value(), v)?;
    }
    Ok(fresh)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let ours = |v: Value| vm.isinstance(v, vm.types().simple_namespace);
    if !ours(a) || !ours(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (vm.instance_dict(a)?, vm.instance_dict(b)?) {
        (Some(x), Some(y)) => vm.compare(op, x.value(), y.value()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn repr(vm: &Vm, this: Value) -> PyResult<Gc<Str>> {
    let class = vm.type_of(this);
    let name = if class == vm.types().simple_namespace { vm.new_str("namespace")? } else { class.name() };
    let mut out = TextBuilder::default();
    out.push(&name);
    out.push_ascii("(");
    if !vm.repr_enter(this) {
        out.push_ascii("...)");
        return out.finish(vm);
    }
    let r = (|| {
        if let Some(d) = vm.instance_dict(this)? {
            let mut pos = 0;
            let mut first = true;
            while let Some((next, k, v)) = d.next_entry(pos) {
                pos = next;
                let Some(k) = k.downcast::<Str>().filter(|k| !k.is_empty()) else { continue };
                if !first {
                    out.push_ascii(", ");
                }
                first = false;
                out.push(&k);
                out.push_ascii("=");
                out.push_repr(vm, v)?;
            }
        }
        out.push_ascii(")");
        out.finish(vm)
    })();
    vm.repr_leave(this);
    r
}
