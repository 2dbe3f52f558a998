//! Tuples with named items: `sys.version_info`, `os.stat_result`, `time.struct_time`.

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, TypeDef},
    object::{
        class::{Type, TypeSlots},
        function::Getter,
        gc::Gc,
        kind::Kind,
        sequence::{TUPLE_ITEMS_OFFSET, Tuple},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

fn item<const I: usize>(vm: &Vm, v: Value) -> PyResult {
    match v.downcast::<Tuple>().and_then(|t| t.as_slice().get(I).copied()) {
        Some(x) => Ok(x),
        None => Err(vm.type_error("descriptor requires an object of its own class")),
    }
}

macro_rules! getters {
    ($($i:literal)*) => { [ $( item::<$i> as Getter, )* ] };
}

static GETTERS: [Getter; 24] = getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23);

impl Vm {
    /// A tuple class whose items are also attributes. `name` has the module in front (`sys.version_info`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_struct_sequence(
        &self,
        name: &'static str,
        doc: &'static str,
        fields: &[&'static str],
    ) -> PyResult<Gc<Type>> {
        debug_assert!(fields.len() <= GETTERS.len());
        let def = TypeDef {
            name,
            doc,
            kind: Kind::Tuple,
            size: TUPLE_ITEMS_OFFSET,
            slots: TypeSlots { repr: Some(repr), ..NO_SLOTS },
            ..NO_DEF
        };
        let class = self.define_type(&def, Some(self.types().tuple))?;
        for (f, get) in fields.iter().zip(GETTERS) {
            self.add_getset(class, &GetSetDef::read_only(f, get))?;
        }
        let names = crate::object::items::RootVec::new(self);
        for f in fields {
            names.push(self.intern(f)?.value())?;
        }
        let names = self.new_tuple(names.as_slice())?;
        class.namespace().set_str(self, self.names().__match_args__, names.value())?;
        let n = Value::small_int(fields.len() as i64);
        for k in ["n_fields", "n_sequence_fields"] {
            class.namespace().set_str(self, self.intern(k)?, n)?;
        }
        class.namespace().set_str(self, self.intern("n_unnamed_fields")?, Value::small_int(0))?;
        Ok(class)
    }

    /// An instance of a class made by [`Vm::new_struct_sequence`].
    pub fn struct_sequence(&self, class: Gc<Type>, items: &[Value]) -> PyResult {
        let t = self.new_tuple(items)?;
        match class.slots().new {
            Some(new) => new(self, class, Args::new(&[t.value()])),
            None => Ok(t.value()),
        }
    }
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let Some(t) = v.downcast::<Tuple>() else { return vm.default_repr(v) };
    let class = vm.type_of(v);
    let names = vm.type_lookup(class, vm.names().__match_args__).and_then(|n| n.downcast::<Tuple>());
    let mut out = format!("{}(", vm.qualified_name(class));
    for (i, &x) in t.as_slice().iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if let Some(n) = names.and_then(|n| n.as_slice().get(i)?.downcast::<Str>()) {
            out.push_str(&n.to_str_lossy());
            out.push('=');
        }
        out.push_str(&vm.repr(x)?.to_str_lossy());
    }
    out.push(')');
    vm.new_str(&out)
}
