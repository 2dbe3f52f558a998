//! `traceback`: one entry of an exception's way up.

use vm_core::sync::Ordering;

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots},
        exception::Traceback,
        gc::Gc,
        kind::Kind,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// `traceback`
pub static DEF: TypeDef = TypeDef {
    name: "traceback",
    doc: "Create a new traceback object.",
    kind: Kind::Traceback,
    size: size_of::<Traceback>(),
    flags: 0,
    slots: TypeSlots { new: Some(new), ..NO_SLOTS },
    methods: &[MethodDef::new("__dir__", |vm, _| {
        let names = ["tb_frame", "tb_lasti", "tb_lineno", "tb_next"];
        let mut v = [Value::NONE; 4];
        for (slot, n) in v.iter_mut().zip(names) {
            *slot = vm.intern(n)?.value();
        }
        Ok(vm.new_list(&v)?.value())
    })],
    getset: &[
        GetSetDef::new("tb_next", |vm, t| Ok(this(vm, t)?.next.get()), set_next),
        GetSetDef::read_only("tb_frame", |vm, t| vm.traceback_frame(this(vm, t)?)),
        GetSetDef::read_only("tb_lasti", |vm, t| {
            Ok(Value::small_int(i64::from(this(vm, t)?.word.load(Ordering::Relaxed)) * 2))
        }),
        GetSetDef::read_only("tb_lineno", |vm, t| {
            Ok(this(vm, t)?.line().map_or(Value::NONE, |l| Value::small_int(i64::from(l))))
        }),
    ],
};

fn this(vm: &Vm, t: Value) -> PyResult<Gc<Traceback>> {
    t.downcast::<Traceback>().ok_or_else(|| vm.type_error("descriptor requires a 'traceback' object"))
}

impl Traceback {
    /// The line that ran, `None` in artificial code.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        let code = self.code.get()?;
        code.position(self.word.load(Ordering::Relaxed)).map(|p| p.line).filter(|&l| l != 0)
    }
    /// The entry below.
    #[must_use]
    pub fn next(&self) -> Option<Gc<Traceback>> {
        self.next.get().downcast::<Traceback>()
    }
}

fn set_next(vm: &Vm, t: Value, v: Option<Value>) -> PyResult<()> {
    let t = this(vm, t)?;
    let Some(v) = v else { return Err(vm.type_error("can't delete tb_next attribute")) };
    if !v.is_none() && !v.is::<Traceback>() {
        return Err(vm.type_error(format!("expected traceback object, got '{}'", vm.type_name(v))));
    }
    let mut at = v.downcast::<Traceback>();
    while let Some(n) = at {
        if n == t {
            return Err(vm.value_error("traceback loop detected"));
        }
        at = n.next();
    }
    t.next.set(vm, t.header(), v);
    Ok(())
}

/// `traceback(tb_next, tb_frame, tb_lasti, tb_lineno)`
fn new(vm: &Vm, _class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [next, frame, lasti, _line] =
        args.bind(vm, "traceback", ["tb_next", "tb_frame", "tb_lasti", "tb_lineno"], 4, 0, 4)?;
    if !next.is_none() && !next.is::<Traceback>() {
        return Err(vm.type_error(format!("expected traceback object or None, got '{}'", vm.type_name(next))));
    }
    let Some(f) = frame.downcast::<super::frame::FrameObject>() else {
        return Err(vm.type_error(format!(
            "traceback() argument 'tb_frame' must be frame, not {}",
            vm.type_name(frame)
        )));
    };
    let word = u32::try_from(vm.index_i64(lasti)?.max(0) / 2).unwrap_or(u32::MAX);
    let tb = vm.alloc_cell::<Traceback>(size_of::<Traceback>())?;
    tb.next.init(next);
    tb.code.as_slot().init(f.code().value());
    tb.globals.init(f.globals.get());
    tb.frame.init(frame);
    tb.word.store(word, Ordering::Relaxed);
    Ok(tb.value())
}
