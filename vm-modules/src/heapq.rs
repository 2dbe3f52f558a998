//! `_heapq`: heaps in lists.
//!
//! Comparisons run Python code, so nothing is locked meanwhile; a list that another thread changes during an operation
//! gives "list changed size during iteration", as in CPython, or a list that is no heap, but nothing worse.

use vm_compiler::opcodes::CmpOp;
use vm_python::{
    error::{PyResult, Thrown},
    native::{Args, FunctionDef},
    object::{gc::Gc, module::Module, sequence::List},
    value::Value,
    vm::Vm,
};

pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_heapq")?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

/// `heapq`: our own Python source over `_heapq`.
pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("heapq")?;
    vm.add_functions(m, FUNCTIONS)?;
    crate::source::extend(vm, m, "heapq.py", include_str!("py/heapq.py"))?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("heappush", |vm, a| push(vm, a, "heappush", false)),
    FunctionDef::new("heappush_max", |vm, a| push(vm, a, "heappush_max", true)),
    FunctionDef::new("heappop", |vm, a| pop(vm, a, "heappop", false)),
    FunctionDef::new("heappop_max", |vm, a| pop(vm, a, "heappop_max", true)),
    FunctionDef::new("_heappop_max", |vm, a| pop(vm, a, "_heappop_max", true)),
    FunctionDef::new("heapreplace", |vm, a| replace(vm, a, "heapreplace", false)),
    FunctionDef::new("heapreplace_max", |vm, a| replace(vm, a, "heapreplace_max", true)),
    FunctionDef::new("_heapreplace_max", |vm, a| replace(vm, a, "_heapreplace_max", true)),
    FunctionDef::new("heappushpop", |vm, a| push_pop(vm, a, "heappushpop", false)),
    FunctionDef::new("heappushpop_max", |vm, a| push_pop(vm, a, "heappushpop_max", true)),
    FunctionDef::new("heapify", |vm, a| heapify(vm, a, "heapify", false)),
    FunctionDef::new("heapify_max", |vm, a| heapify(vm, a, "heapify_max", true)),
    FunctionDef::new("_heapify_max", |vm, a| heapify(vm, a, "_heapify_max", true)),
];

fn list_of(vm: &Vm, v: Value, name: &str, which: &str) -> PyResult<Gc<List>> {
    v.downcast::<List>().ok_or_else(|| {
        vm.type_error(format!("{name}() argument{which} must be list, not {}", vm.type_name(v)))
    })
}

#[cold]
fn changed(vm: &Vm) -> Thrown {
    vm.runtime_error("list changed size during iteration")
}

fn get(vm: &Vm, heap: Gc<List>, i: usize) -> PyResult {
    heap.get(i).ok_or_else(|| changed(vm))
}

fn set(vm: &Vm, heap: Gc<List>, i: usize, v: Value) -> PyResult<()> {
    if heap.set(vm, i, v) { Ok(()) } else { Err(changed(vm)) }
}

/// Whether `x` belongs nearer to the root than `y`.
fn before(vm: &Vm, x: Value, y: Value, max: bool) -> PyResult<bool> {
    if max { vm.compare_bool(CmpOp::Lt, y, x) } else { vm.compare_bool(CmpOp::Lt, x, y) }
}

/// Moves the item at `at` towards the root until its parent belongs above it, not beyond `root`.
fn sift_up(vm: &Vm, heap: Gc<List>, root: usize, at: usize, max: bool) -> PyResult<()> {
    let len = heap.len();
    let mut at = at;
    let item = get(vm, heap, at)?;
    while at > root {
        let up = (at - 1) / 2;
        let parent = get(vm, heap, up)?;
        if !before(vm, item, parent, max)? {
            break;
        }
        if heap.len() != len {
            return Err(changed(vm));
        }
        set(vm, heap, at, parent)?;
        set(vm, heap, up, item)?;
        at = up;
    }
    Ok(())
}

/// Moves the hole at `at` to a leaf along the children that belong nearest to the root, then its item back up.
fn sift_down(vm: &Vm, heap: Gc<List>, at: usize, max: bool) -> PyResult<()> {
    let len = heap.len();
    let root = at;
    let mut at = at;
    while 2 * at + 1 < len {
        let mut child = 2 * at + 1;
        if child + 1 < len && !before(vm, get(vm, heap, child)?, get(vm, heap, child + 1)?, max)? {
            child += 1;
        }
        if heap.len() != len {
            return Err(changed(vm));
        }
        let (x, y) = (get(vm, heap, child)?, get(vm, heap, at)?);
        set(vm, heap, child, y)?;
        set(vm, heap, at, x)?;
        at = child;
    }
    sift_up(vm, heap, root, at, max)
}

fn push(vm: &Vm, a: Args<'_>, name: &str, max: bool) -> PyResult {
    let [heap, item] = a.exact::<2>(vm, name)?;
    let heap = list_of(vm, heap, name, " 1")?;
    heap.append(vm, item)?;
    let n = heap.len();
    if n > 0 {
        sift_up(vm, heap, 0, n - 1, max)?;
    }
    Ok(Value::NONE)
}

fn pop(vm: &Vm, a: Args<'_>, name: &str, max: bool) -> PyResult {
    let [heap] = a.exact::<1>(vm, name)?;
    let heap = list_of(vm, heap, name, "")?;
    let last = heap.pop_last(vm).ok_or_else(|| vm.index_error("index out of range"))?;
    match heap.get(0) {
        None => Ok(last),
        Some(first) => {
            set(vm, heap, 0, last)?;
            sift_down(vm, heap, 0, max)?;
            Ok(first)
        }
    }
}

fn replace(vm: &Vm, a: Args<'_>, name: &str, max: bool) -> PyResult {
    let [heap, item] = a.exact::<2>(vm, name)?;
    let heap = list_of(vm, heap, name, " 1")?;
    let first = heap.get(0).ok_or_else(|| vm.index_error("index out of range"))?;
    set(vm, heap, 0, item)?;
    sift_down(vm, heap, 0, max)?;
    Ok(first)
}

fn push_pop(vm: &Vm, a: Args<'_>, name: &str, max: bool) -> PyResult {
    let [heap, item] = a.exact::<2>(vm, name)?;
    let heap = list_of(vm, heap, name, " 1")?;
    let Some(first) = heap.get(0) else { return Ok(item) };
    if !before(vm, first, item, max)? {
        return Ok(item);
    }
    let first = heap.get(0).ok_or_else(|| vm.index_error("index out of range"))?;
    set(vm, heap, 0, item)?;
    sift_down(vm, heap, 0, max)?;
    Ok(first)
}

fn heapify(vm: &Vm, a: Args<'_>, name: &str, max: bool) -> PyResult {
    let [heap] = a.exact::<1>(vm, name)?;
    let heap = list_of(vm, heap, name, "")?;
    for i in (0..heap.len() / 2).rev() {
        sift_down(vm, heap, i, max)?;
    }
    Ok(Value::NONE)
}
