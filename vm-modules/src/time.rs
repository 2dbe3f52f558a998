//! `time`: clocks, sleeping, calendar basics.

use std::time::Duration;

use vm_core::blocking::{Instant, Waited};
use vm_python::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{gc::Gc, int::IntRef, module::Module, sequence::Tuple, str::Str},
    threads::WAIT_INTERRUPTS,
    value::Value,
    vm::Vm,
};

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("time")?;
    vm.add_functions(m, FUNCTIONS)?;
    let (offset, name) = local_zone(0);
    vm.add_value(m, "timezone", Value::small_int(-offset))?;
    vm.add_value(m, "altzone", Value::small_int(-offset))?;
    vm.add_value(m, "daylight", Value::small_int(0))?;
    let name = vm.new_str(&name)?.value();
    vm.add_value(m, "tzname", vm.new_tuple(&[name, name])?.value())?;
    vm.add_value(m, "CLOCK_REALTIME", Value::small_int(i64::from(libc::CLOCK_REALTIME)))?;
    vm.add_value(m, "CLOCK_MONOTONIC", Value::small_int(i64::from(libc::CLOCK_MONOTONIC)))?;
    vm.add_value(m, "CLOCK_PROCESS_CPUTIME_ID", Value::small_int(i64::from(libc::CLOCK_PROCESS_CPUTIME_ID)))?;
    vm.add_value(m, "CLOCK_THREAD_CPUTIME_ID", Value::small_int(i64::from(libc::CLOCK_THREAD_CPUTIME_ID)))?;
    crate::source::extend(vm, m, "time.py", include_str!("py/time.py"))?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("time", |vm, a| seconds(vm, a, "time.time", wall)),
    FunctionDef::new("time_ns", |vm, a| nanoseconds(vm, a, "time.time_ns", wall)),
    FunctionDef::new("monotonic", |vm, a| seconds(vm, a, "time.monotonic", monotonic)),
    FunctionDef::new("monotonic_ns", |vm, a| nanoseconds(vm, a, "time.monotonic_ns", monotonic)),
    FunctionDef::new("perf_counter", |vm, a| seconds(vm, a, "time.perf_counter", monotonic)),
    FunctionDef::new("perf_counter_ns", |vm, a| nanoseconds(vm, a, "time.perf_counter_ns", monotonic)),
    FunctionDef::new("process_time", |vm, a| seconds(vm, a, "time.process_time", process)),
    FunctionDef::new("process_time_ns", |vm, a| nanoseconds(vm, a, "time.process_time_ns", process)),
    FunctionDef::new("thread_time", |vm, a| seconds(vm, a, "time.thread_time", thread)),
    FunctionDef::new("thread_time_ns", |vm, a| nanoseconds(vm, a, "time.thread_time_ns", thread)),
    FunctionDef::new("sleep", sleep),
    FunctionDef::new("_gmtime", |vm, a| broken_down(vm, a, false)),
    FunctionDef::new("_localtime", |vm, a| broken_down(vm, a, true)),
    FunctionDef::new("_mktime", mktime),
    FunctionDef::new("_strftime", strftime),
];

fn wall(vm: &Vm) -> i128 {
    vm.interp().core.runtime().clock().wall()
}

fn monotonic(vm: &Vm) -> i128 {
    i128::from(vm.interp().core.runtime().clock().now().0)
}

fn cpu_clock(id: libc::clockid_t) -> i128 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a local.
    unsafe { libc::clock_gettime(id, &raw mut t) };
    i128::from(t.tv_sec) * 1_000_000_000 + i128::from(t.tv_nsec)
}

fn process(_: &Vm) -> i128 {
    cpu_clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn thread(_: &Vm) -> i128 {
    cpu_clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn seconds(vm: &Vm, a: Args<'_>, name: &str, clock: fn(&Vm) -> i128) -> PyResult {
    a.exact::<0>(vm, name)?;
    vm.new_float(clock(vm) as f64 / 1e9)
}

fn nanoseconds(vm: &Vm, a: Args<'_>, name: &str, clock: fn(&Vm) -> i128) -> PyResult {
    a.exact::<0>(vm, name)?;
    vm.new_int_i128(clock(vm))
}

fn sleep(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "time.sleep")?;
    let duration = match IntRef::of(v) {
        Some(n) if n.is_negative() => return Err(vm.value_error("sleep length must be non-negative")),
        Some(n) => Duration::from_secs(n.to_u64().unwrap_or(u64::MAX)),
        None => {
            let Some(s) = vm.as_float(v) else {
                return Err(vm.type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    vm.type_name(v)
                )));
            };
            if s.is_nan() {
                return Err(vm.value_error("Invalid value NaN (not a number)"));
            }
            if s < 0.0 {
                return Err(vm.value_error("sleep length must be non-negative"));
            }
            Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX)
        }
    };
    if duration.as_nanos() > i64::MAX as u128 {
        return Err(vm.overflow_error("timestamp too large to convert to C PyTime_t"));
    }
    sleep_for(vm, duration)?;
    Ok(Value::NONE)
}

/// Sleeps detached; signals and exceptions for this thread are served meanwhile.
fn sleep_for(vm: &Vm, duration: Duration) -> PyResult<()> {
    let interp = vm.interp().clone();
    let runtime = interp.core.runtime();
    let deadline: Instant = runtime.clock().now().after(duration);
    let wake = WAIT_INTERRUPTS;
    loop {
        let how = vm.heap().safepoint_park(|| vm.attached().sleep(runtime.blocking(), wake, deadline));
        vm.poll()?;
        if how == Waited::TimedOut {
            return Ok(());
        }
    }
}

/// Seconds east of UTC and name of the local zone at `t`.
fn local_zone(t: libc::time_t) -> (i64, String) {
    let tm = to_tm(t, true);
    let name = if tm.tm_zone.is_null() {
        "UTC".to_owned()
    } else {
        // SAFETY: the C library's zone names are NUL-terminated and live for ever.
        unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }.to_string_lossy().into_owned()
    };
    (tm.tm_gmtoff, name)
}

fn to_tm(t: libc::time_t, local: bool) -> libc::tm {
    // SAFETY: all-zero is a valid tm.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals.
    unsafe {
        if local {
            libc::localtime_r(&raw const t, &raw mut tm);
        } else {
            libc::gmtime_r(&raw const t, &raw mut tm);
        }
    }
    tm
}

/// `(year, month, day, hour, minute, second, weekday, yearday, isdst, zone, gmtoff)` of seconds since the epoch.
fn broken_down(vm: &Vm, a: Args<'_>, local: bool) -> PyResult {
    let name = if local { "localtime" } else { "gmtime" };
    let t = match a.range(vm, name, 0, 1)? {
        [v] if !v.is_none() => {
            let s = if vm.is_int(*v) { vm.index_i64(*v)? as f64 } else { vm.float_of(*v)?.floor() };
            if !(-6.7e16..6.7e16).contains(&s) {
                return Err(vm.overflow_error("timestamp out of range for platform time_t"));
            }
            s as i64
        }
        _ => (wall(vm) / 1_000_000_000) as i64,
    };
    let tm = to_tm(t, local);
    let zone = if local { local_zone(t).1 } else { "UTC".to_owned() };
    let n = |x: i32| Value::small_int(i64::from(x));
    let items = [
        Value::small_int(i64::from(tm.tm_year) + 1900),
        n(tm.tm_mon + 1),
        n(tm.tm_mday),
        n(tm.tm_hour),
        n(tm.tm_min),
        n(tm.tm_sec),
        n((tm.tm_wday + 6) % 7),
        n(tm.tm_yday + 1),
        n(tm.tm_isdst),
        vm.new_str(&zone)?.value(),
        Value::small_int(tm.tm_gmtoff),
    ];
    Ok(vm.new_tuple(&items)?.value())
}

/// A `tm` from the first nine items of a tuple.
fn from_tuple(vm: &Vm, v: Value) -> PyResult<libc::tm> {
    let Some(t) = v.downcast::<Tuple>() else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    let items = t.as_slice();
    if items.len() < 9 {
        return Err(vm.type_error(format!("time tuple must have exactly 9 elements, not {}", items.len())));
    }
    let mut n = [0i32; 9];
    for (to, &v) in n.iter_mut().zip(items) {
        *to = i32::try_from(vm.index_i64(v)?)
            .map_err(|_| vm.overflow_error("signed integer is greater than maximum"))?;
    }
    // SAFETY: all-zero is a valid tm.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    tm.tm_year = n[0].checked_sub(1900).ok_or_else(|| vm.overflow_error("year out of range"))?;
    tm.tm_mon = n[1].wrapping_sub(1).max(0);
    tm.tm_mday = n[2].max(1);
    tm.tm_hour = n[3];
    tm.tm_min = n[4];
    tm.tm_sec = n[5];
    tm.tm_wday = (n[6].rem_euclid(7) + 1) % 7;
    tm.tm_yday = n[7].wrapping_sub(1).max(0);
    tm.tm_isdst = n[8];
    let ok = (0..12).contains(&tm.tm_mon)
        && (1..=31).contains(&tm.tm_mday)
        && (0..24).contains(&tm.tm_hour)
        && (0..60).contains(&tm.tm_min)
        && (0..=61).contains(&tm.tm_sec)
        && (0..366).contains(&tm.tm_yday);
    if ok { Ok(tm) } else { Err(vm.value_error("time tuple field out of range")) }
}

fn mktime(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "time.mktime")?;
    let mut tm = from_tuple(vm, v)?;
    // SAFETY: the pointer is to a local.
    let t = unsafe { libc::mktime(&raw mut tm) };
    vm.new_float(t as f64)
}

unsafe extern "C" {
    fn strftime_l(
        s: *mut libc::c_char,
        max: usize,
        format: *const libc::c_char,
        tm: *const libc::tm,
        locale: libc::locale_t,
    ) -> usize;
}

fn strftime(vm: &Vm, a: Args<'_>) -> PyResult {
    let [format, t] = a.exact::<2>(vm, "time.strftime")?;
    let Some(format) = format.downcast::<Str>() else {
        return Err(vm.type_error(format!("strftime() argument 1 must be str, not {}", vm.type_name(format))));
    };
    let tm = from_tuple(vm, t)?;
    let text = format.to_str_lossy();
    if text.is_empty() {
        return Ok(vm.new_str("")?.value());
    }
    let Ok(c) = std::ffi::CString::new(text.as_bytes()) else {
        return Err(vm.value_error("embedded null character"));
    };
    // SAFETY: names a locale that every C library has.
    let locale = unsafe { libc::newlocale(libc::LC_ALL_MASK, c"C".as_ptr(), std::ptr::null_mut()) };
    let mut buffer = vec![0u8; 256 + 64 * text.len()];
    // SAFETY: the buffer and its length belong together, format and tm are valid, and the locale is freed after.
    let n = unsafe {
        let n = strftime_l(buffer.as_mut_ptr().cast(), buffer.len(), c.as_ptr(), &raw const tm, locale);
        libc::freelocale(locale);
        n
    };
    Ok(vm.new_str(&String::from_utf8_lossy(&buffer[..n]))?.value())
}
