//! `_random`: the Mersenne Twister, and what `random` (written in Python) needs beside it.

mod mersenne;
mod sha512;

use num_bigint::BigInt;
use num_traits::Signed;
use vm_core::sync::Mutex;
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, FunctionDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        bytes::Bytes,
        class::{TypeSlots, type_flags},
        gc::Gc,
        int::IntRef,
        module::Module,
        sequence::Tuple,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

use mersenne::{N, Twister};

/// Payload of `_random.Random`. The mutex is held for one step of the generator; nothing is allocated under it.
struct Random(Mutex<Twister>);

impl NativePayload for Random {
    fn trace(&self, _: &mut Marker) {}
}

pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_random")?;
    vm.add_value(m, "Random", vm.define_type(&DEF, vm.types().object)?.value())?;
    vm.add_functions(m, &[FunctionDef::new("_sha512", sha512)])?;
    Ok(m)
}

/// `random`: our own Python source over `_random`.
pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("random")?;
    crate::source::extend(vm, m, "random.py", include_str!("py/random.py"))?;
    Ok(m)
}

static DEF: TypeDef = TypeDef {
    name: "_random.Random",
    doc: "Random() -> create a random number generator with its own internal state.",
    kind: Native::<Random>::KIND,
    size: Native::<Random>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            let key = key_of(vm, args.pos().first().copied().unwrap_or(Value::NONE))?;
            let r = Random(Mutex::new(Twister::from_key(&key)));
            Ok(vm.new_native_object(class, r)?.value())
        }),
        // The seed given to the constructor was used by `new`.
        init: Some(|_, _, _| Ok(())),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("random", |vm, a| {
            let (r, _) = a.this_native::<Random>(vm, "random")?;
            if a.all().len() != 1 {
                return a.rest().exact::<0>(vm, "Random.random").map(|_| Value::NONE);
            }
            let x = r.payload.0.lock().float();
            vm.new_float(x)
        }),
        MethodDef::new("getrandbits", getrandbits),
        MethodDef::new("seed", |vm, a| {
            let (r, rest) = a.this_native::<Random>(vm, "seed")?;
            let v = rest.range(vm, "seed", 0, 1)?;
            let key = key_of(vm, v.first().copied().unwrap_or(Value::NONE))?;
            *r.payload.0.lock() = Twister::from_key(&key);
            Ok(Value::NONE)
        }),
        MethodDef::new("getstate", |vm, a| {
            let (r, rest) = a.this_native::<Random>(vm, "getstate")?;
            rest.exact::<0>(vm, "Random.getstate")?;
            let words = r.payload.0.lock().state();
            let items: Vec<Value> = words.iter().map(|&w| Value::small_int(i64::from(w))).collect();
            Ok(vm.new_tuple(&items)?.value())
        }),
        MethodDef::new("setstate", setstate),
    ],
    ..NO_DEF
};

/// The 32-bit words of a seed, least significant first.
fn key_of(vm: &Vm, seed: Value) -> PyResult<Vec<u32>> {
    if seed.is_none() {
        let mut bytes = [0u8; 4 * N];
        if vm.interp().core.runtime().random().fill(&mut bytes).is_err() {
            let now = vm.interp().core.runtime().clock().wall() as u64;
            return Ok(vec![now as u32, (now >> 32) as u32]);
        }
        return Ok(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect());
    }
    let big = match IntRef::of(seed) {
        Some(n) => n.to_big().abs(),
        None => BigInt::from(vm.hash(seed)? as u64),
    };
    let words = big.magnitude().to_u32_digits();
    Ok(if words.is_empty() { vec![0] } else { words })
}

fn getrandbits(vm: &Vm, a: Args<'_>) -> PyResult {
    let (r, rest) = a.this_native::<Random>(vm, "getrandbits")?;
    let [k] = rest.exact::<1>(vm, "Random.getrandbits")?;
    let k = vm.index_i64(k)?;
    let Ok(k) = u64::try_from(k) else {
        return Err(vm.value_error("number of bits must be non-negative"));
    };
    if k == 0 {
        return Ok(Value::small_int(0));
    }
    if k <= 32 {
        let w = r.payload.0.lock().word() >> (32 - k);
        return Ok(Value::small_int(i64::from(w)));
    }
    let room = vm.reserve_digits(k)?;
    let words = usize::try_from(k.div_ceil(32)).map_err(|_| vm.memory_error())?;
    let mut digits = vec![0u32; words];
    {
        let mut t = r.payload.0.lock();
        for d in &mut digits {
            *d = t.word();
        }
    }
    if let Some(last) = digits.last_mut()
        && k % 32 != 0
    {
        *last >>= 32 - k % 32;
    }
    vm.new_bigint_reserved(BigInt::new(num_bigint::Sign::Plus, digits), room)
}

fn setstate(vm: &Vm, a: Args<'_>) -> PyResult {
    let (r, rest) = a.this_native::<Random>(vm, "setstate")?;
    let [state] = rest.exact::<1>(vm, "Random.setstate")?;
    let Some(state) = state.downcast::<Tuple>() else {
        return Err(vm.type_error("state vector must be a tuple"));
    };
    if state.len() != N + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = [0u32; N + 1];
    for (w, &v) in words.iter_mut().zip(state.as_slice()) {
        *w = u32::try_from(vm.index_i64(v)?).map_err(|_| vm.value_error("invalid state"))?;
    }
    match Twister::from_state(&words) {
        Some(t) => {
            *r.payload.0.lock() = t;
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("invalid state")),
    }
}

fn sha512(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "_sha512")?;
    let Some(b) = v.downcast::<Bytes>() else { return Err(vm.type_error("a bytes object is required")) };
    Ok(vm.new_bytes(&sha512::digest(b.as_slice()))?.value())
}
