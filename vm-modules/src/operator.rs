//! `operator`: operators as functions, and callables that fetch items, attributes and method results.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, FunctionDef, Native, NativePayload, TypeDef},
    object::{
        class::{TypeSlots, UnOp, type_flags},
        gc::{Gc, Slot},
        items::RootVec,
        module::Module,
        sequence::Tuple,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    named(vm, "operator")
}

pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    named(vm, "_operator")
}

fn named(vm: &Vm, name: &str) -> PyResult<Gc<Module>> {
    let m = vm.new_module(name)?;
    vm.add_functions(m, FUNCTIONS)?;
    for f in FUNCTIONS {
        // Most functions also go by the special method's name.
        if let Some(dunder) = DUNDERS.iter().find(|(n, _)| *n == f.name).map(|(_, d)| *d)
            && let Some(v) = m.namespace().get_str(vm, vm.intern(f.name)?)?
        {
            vm.add_value(m, dunder, v)?;
        }
    }
    for (name, def) in
        [("itemgetter", &ITEMGETTER), ("attrgetter", &ATTRGETTER), ("methodcaller", &METHODCALLER)]
    {
        vm.add_value(m, name, vm.define_type(def, vm.types().object)?.value())?;
    }
    Ok(m)
}

macro_rules! binary_functions {
    ($($name:literal $op:ident;)*) => {
        &[ $( FunctionDef::new($name, |vm, a| {
            let [x, y] = a.exact::<2>(vm, $name)?;
            vm.binary_op(BinOp::$op, x, y)
        }), )* ]
    };
}
macro_rules! inplace_functions {
    ($($name:literal $op:ident;)*) => {
        &[ $( FunctionDef::new($name, |vm, a| {
            let [x, y] = a.exact::<2>(vm, $name)?;
            vm.inplace_op(BinOp::$op, x, y)
        }), )* ]
    };
}
macro_rules! comparisons {
    ($($name:literal $op:ident;)*) => {
        &[ $( FunctionDef::new($name, |vm, a| {
            let [x, y] = a.exact::<2>(vm, $name)?;
            vm.compare(CmpOp::$op, x, y)
        }), )* ]
    };
}

const BINARY: &[FunctionDef] = binary_functions! {
    "add" Add; "and_" And; "floordiv" FloorDivide; "lshift" Lshift; "matmul" MatrixMultiply; "mul" Multiply;
    "mod" Remainder; "or_" Or; "pow" Power; "rshift" Rshift; "sub" Subtract; "truediv" TrueDivide; "xor" Xor;
};
const INPLACE: &[FunctionDef] = inplace_functions! {
    "iadd" Add; "iand" And; "ifloordiv" FloorDivide; "ilshift" Lshift; "imatmul" MatrixMultiply; "imul" Multiply;
    "imod" Remainder; "ior" Or; "ipow" Power; "irshift" Rshift; "isub" Subtract; "itruediv" TrueDivide; "ixor" Xor;
};
const COMPARE: &[FunctionDef] = comparisons! {
    "lt" Lt; "le" Le; "eq" Eq; "ne" Ne; "gt" Gt; "ge" Ge;
};

const OTHER: &[FunctionDef] = &[
    FunctionDef::new("neg", |vm, a| a.exact::<1>(vm, "neg").and_then(|[v]| vm.unary_op(UnOp::Neg, v))),
    FunctionDef::new("pos", |vm, a| a.exact::<1>(vm, "pos").and_then(|[v]| vm.unary_op(UnOp::Pos, v))),
    FunctionDef::new("inv", |vm, a| a.exact::<1>(vm, "inv").and_then(|[v]| vm.unary_op(UnOp::Invert, v))),
    FunctionDef::new("invert", |vm, a| {
        a.exact::<1>(vm, "invert").and_then(|[v]| vm.unary_op(UnOp::Invert, v))
    }),
    FunctionDef::new("abs", |vm, a| a.exact::<1>(vm, "abs").and_then(|[v]| vm.unary_op(UnOp::Abs, v))),
    FunctionDef::new("index", |vm, a| {
        a.exact::<1>(vm, "index").and_then(|[v]| vm.to_exact_int(vm.index(v)?))
    }),
    FunctionDef::new("not_", |vm, a| {
        let [v] = a.exact::<1>(vm, "not_")?;
        Ok(Value::bool(!vm.truthy(v)?))
    }),
    FunctionDef::new("truth", |vm, a| {
        let [v] = a.exact::<1>(vm, "truth")?;
        Ok(Value::bool(vm.truthy(v)?))
    }),
    FunctionDef::new("is_", |vm, a| a.exact::<2>(vm, "is_").map(|[x, y]| Value::bool(vm.is(x, y)))),
    FunctionDef::new("is_not", |vm, a| a.exact::<2>(vm, "is_not").map(|[x, y]| Value::bool(!vm.is(x, y)))),
    FunctionDef::new("is_none", |vm, a| a.exact::<1>(vm, "is_none").map(|[x]| Value::bool(x.is_none()))),
    FunctionDef::new("is_not_none", |vm, a| {
        a.exact::<1>(vm, "is_not_none").map(|[x]| Value::bool(!x.is_none()))
    }),
    FunctionDef::new("concat", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "concat")?;
        require_sequence(vm, x)?;
        vm.binary_op(BinOp::Add, x, y)
    }),
    FunctionDef::new("iconcat", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "iconcat")?;
        require_sequence(vm, x)?;
        vm.inplace_op(BinOp::Add, x, y)
    }),
    FunctionDef::new("contains", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "contains")?;
        Ok(Value::bool(vm.contains(x, y)?))
    }),
    FunctionDef::new("countOf", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "countOf")?;
        let mut n = 0;
        vm.for_each(x, |v| {
            n += i64::from(vm.eq(v, y)?);
            Ok(true)
        })?;
        Ok(Value::small_int(n))
    }),
    FunctionDef::new("indexOf", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "indexOf")?;
        let (mut n, mut found) = (0, false);
        vm.for_each(x, |v| {
            found = vm.eq(v, y)?;
            n += i64::from(!found);
            Ok(!found)
        })?;
        if found {
            Ok(Value::small_int(n))
        } else {
            Err(vm.value_error("sequence.index(x): x not in sequence"))
        }
    }),
    FunctionDef::new("getitem", |vm, a| a.exact::<2>(vm, "getitem").and_then(|[x, k]| vm.getitem(x, k))),
    FunctionDef::new("setitem", |vm, a| {
        let [x, k, v] = a.exact::<3>(vm, "setitem")?;
        vm.setitem(x, k, v)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("delitem", |vm, a| {
        let [x, k] = a.exact::<2>(vm, "delitem")?;
        vm.delitem(x, k)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("length_hint", |vm, a| {
        let v = a.range(vm, "length_hint", 1, 2)?;
        let default = match v.get(1) {
            Some(&d) if vm.is_int(d) => vm.index_i64(d)?,
            Some(&d) => {
                return Err(vm.type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    vm.type_name(d)
                )));
            }
            None => 0,
        };
        let known = vm.type_lookup(vm.type_of(v[0]), vm.names().__len__).is_some()
            || vm.type_lookup(vm.type_of(v[0]), vm.names().__length_hint__).is_some();
        if known { vm.new_int(vm.length_hint(v[0])? as i64) } else { vm.new_int(default) }
    }),
    FunctionDef::new("call", |vm, a| {
        if a.pos().is_empty() {
            return Err(vm.type_error("call expected at least 1 argument, got 0"));
        }
        vm.call_args(a.all()[0], a.rest())
    }),
    FunctionDef::new("_compare_digest", |vm, a| {
        let [x, y] = a.exact::<2>(vm, "_compare_digest")?;
        Ok(Value::bool(vm.eq(x, y)?))
    }),
];

static FUNCTIONS: &[FunctionDef] = &concat();

const COUNT: usize = BINARY.len() + INPLACE.len() + COMPARE.len() + OTHER.len();

const fn concat() -> [FunctionDef; COUNT] {
    let mut all = [BINARY[0]; COUNT];
    let groups = [BINARY, INPLACE, COMPARE, OTHER];
    let (mut g, mut at) = (0, 0);
    while g < groups.len() {
        let mut i = 0;
        while i < groups[g].len() {
            all[at] = groups[g][i];
            at += 1;
            i += 1;
        }
        g += 1;
    }
    all
}

const DUNDERS: &[(&str, &str)] = &[
    ("lt", "__lt__"),
    ("le", "__le__"),
    ("eq", "__eq__"),
    ("ne", "__ne__"),
    ("ge", "__ge__"),
    ("gt", "__gt__"),
    ("not_", "__not__"),
    ("abs", "__abs__"),
    ("add", "__add__"),
    ("and_", "__and__"),
    ("call", "__call__"),
    ("floordiv", "__floordiv__"),
    ("index", "__index__"),
    ("inv", "__inv__"),
    ("invert", "__invert__"),
    ("lshift", "__lshift__"),
    ("mod", "__mod__"),
    ("mul", "__mul__"),
    ("matmul", "__matmul__"),
    ("neg", "__neg__"),
    ("or_", "__or__"),
    ("pos", "__pos__"),
    ("pow", "__pow__"),
    ("rshift", "__rshift__"),
    ("sub", "__sub__"),
    ("truediv", "__truediv__"),
    ("xor", "__xor__"),
    ("concat", "__concat__"),
    ("contains", "__contains__"),
    ("delitem", "__delitem__"),
    ("getitem", "__getitem__"),
    ("setitem", "__setitem__"),
    ("iadd", "__iadd__"),
    ("iand", "__iand__"),
    ("iconcat", "__iconcat__"),
    ("ifloordiv", "__ifloordiv__"),
    ("ilshift", "__ilshift__"),
    ("imod", "__imod__"),
    ("imul", "__imul__"),
    ("imatmul", "__imatmul__"),
    ("ior", "__ior__"),
    ("ipow", "__ipow__"),
    ("irshift", "__irshift__"),
    ("isub", "__isub__"),
    ("itruediv", "__itruediv__"),
    ("ixor", "__ixor__"),
];

fn require_sequence(vm: &Vm, v: Value) -> PyResult<()> {
    if vm.type_lookup(vm.type_of(v), vm.names().__getitem__).is_some() {
        return Ok(());
    }
    Err(vm.type_error(format!("'{}' object can't be concatenated", vm.type_name(v))))
}

/// What all three classes are: a tuple of what to fetch, and for method calls the keyword names and values.
struct Getter<const KIND: u8> {
    what: Slot,
    kwnames: Slot,
}

impl<const KIND: u8> NativePayload for Getter<KIND> {
    fn trace(&self, m: &mut Marker) {
        self.what.trace(m);
        self.kwnames.trace(m);
    }
}

type ItemGetter = Getter<0>;
type AttrGetter = Getter<1>;
type MethodCaller = Getter<2>;

const fn getter<const KIND: u8>(name: &'static str, doc: &'static str, slots: TypeSlots) -> TypeDef {
    TypeDef {
        name,
        doc,
        kind: Native::<Getter<KIND>>::KIND,
        size: Native::<Getter<KIND>>::SIZE,
        flags: type_flags::BASETYPE,
        slots,
        ..NO_DEF
    }
}

fn parts<const KIND: u8>(vm: &Vm, v: Value) -> PyResult<(Gc<Tuple>, Option<Gc<Tuple>>)> {
    let g = v.native::<Getter<KIND>>().ok_or_else(|| vm.type_error("wrong kind of getter"))?;
    let what = g.payload.what.get().downcast::<Tuple>();
    Ok((
        what.ok_or_else(|| vm.system_error("a getter without items"))?,
        g.payload.kwnames.get().downcast::<Tuple>(),
    ))
}

/// One result alone, several as a tuple.
fn gather(vm: &Vm, what: Gc<Tuple>, f: impl Fn(Value) -> PyResult) -> PyResult {
    if let [one] = what.as_slice() {
        return f(*one);
    }
    let out = RootVec::with_capacity(vm, what.len())?;
    for &w in what.as_slice() {
        out.push(f(w)?)?;
    }
    Ok(vm.new_tuple(out.as_slice())?.value())
}

/// `name(a, b)` as Python writes it.
fn call_repr(vm: &Vm, name: &str, what: &[Value], kwnames: Option<Gc<Tuple>>) -> PyResult<Gc<Str>> {
    let mut parts = Vec::new();
    let names = kwnames.map_or(&[][..], |k| {
        // SAFETY: the tuple is held by the object whose repr this is.
        unsafe { &*k.as_ptr() }.as_slice()
    });
    for (i, &w) in what.iter().enumerate() {
        let text = vm.repr(w)?.to_str_lossy().into_owned();
        match (i + names.len()).checked_sub(what.len()).and_then(|k| names.get(k)) {
            Some(&k) => parts.push(format!("{}={text}", vm.str(k)?.to_str_lossy())),
            None => parts.push(text),
        }
    }
    vm.new_str(&format!("operator.{name}({})", parts.join(", ")))
}

static ITEMGETTER: TypeDef = getter::<0>(
    "operator.itemgetter",
    "Return a callable object that fetches the given item(s) from its operand.",
    TypeSlots {
        new: Some(|vm, class, args| {
            let items = args.no_keywords(vm, "itemgetter")?;
            if items.is_empty() {
                return Err(vm.type_error("itemgetter expected 1 argument, got 0"));
            }
            let what = vm.new_tuple(items)?.value();
            let g = ItemGetter { what: Slot::new(what), kwnames: Slot::new(Value::NONE) };
            Ok(vm.new_native_object(class, g)?.value())
        }),
        call: Some(|vm, v, args| {
            let (what, _) = parts::<0>(vm, v)?;
            let [x] = args.exact::<1>(vm, "itemgetter")?;
            gather(vm, what, |k| vm.getitem(x, k))
        }),
        repr: Some(|vm, v| {
            let (what, _) = parts::<0>(vm, v)?;
            call_repr(vm, "itemgetter", what.as_slice(), None)
        }),
        ..NO_SLOTS
    },
);

static ATTRGETTER: TypeDef = getter::<1>(
    "operator.attrgetter",
    "Return a callable object that fetches the given attribute(s) from its operand.",
    TypeSlots {
        new: Some(|vm, class, args| {
            let names = args.no_keywords(vm, "attrgetter")?;
            if names.is_empty() {
                return Err(vm.type_error("attrgetter expected 1 argument, got 0"));
            }
            if names.iter().any(|n| n.downcast::<Str>().is_none()) {
                return Err(vm.type_error("attribute name must be a string"));
            }
            let what = vm.new_tuple(names)?.value();
            let g = AttrGetter { what: Slot::new(what), kwnames: Slot::new(Value::NONE) };
            Ok(vm.new_native_object(class, g)?.value())
        }),
        call: Some(|vm, v, args| {
            let (what, _) = parts::<1>(vm, v)?;
            let [x] = args.exact::<1>(vm, "attrgetter")?;
            gather(vm, what, |name| {
                let Some(path) = name.downcast::<Str>() else { return Ok(x) };
                let mut at = x;
                for part in path.to_str_lossy().split('.') {
                    at = vm.getattr(at, vm.intern(part)?)?;
                }
                Ok(at)
            })
        }),
        repr: Some(|vm, v| {
            let (what, _) = parts::<1>(vm, v)?;
            call_repr(vm, "attrgetter", what.as_slice(), None)
        }),
        ..NO_SLOTS
    },
);

static METHODCALLER: TypeDef = getter::<2>(
    "operator.methodcaller",
    "Return a callable object that calls the given method on its operand.",
    TypeSlots {
        new: Some(|vm, class, args| {
            if args.pos().is_empty() {
                return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
            }
            let Some(name) = args.all()[0].downcast::<Str>() else {
                return Err(vm.type_error("method name must be a string"));
            };
            let name = vm.intern(&name.to_str_lossy())?.value();
            let all = RootVec::from_slice(vm, args.all())?;
            all.set(0, name);
            let what = vm.new_tuple(all.as_slice())?.value();
            let kwnames = args.kwnames().map_or(Value::NONE, Gc::value);
            let g = MethodCaller { what: Slot::new(what), kwnames: Slot::new(kwnames) };
            Ok(vm.new_native_object(class, g)?.value())
        }),
        call: Some(|vm, v, args| {
            let (what, kwnames) = parts::<2>(vm, v)?;
            let [x] = args.exact::<1>(vm, "methodcaller")?;
            let Some(name) = what.as_slice()[0].downcast::<Str>() else { return Ok(Value::NONE) };
            let f = vm.getattr(x, name)?;
            vm.call_args(f, Args::with_keywords(&what.as_slice()[1..], kwnames))
        }),
        repr: Some(|vm, v| {
            let (what, kwnames) = parts::<2>(vm, v)?;
            call_repr(vm, "methodcaller", what.as_slice(), kwnames)
        }),
        ..NO_SLOTS
    },
);
