//! The boundary that a panic does not cross: what lies behind it becomes a sentence.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Keeps the panic hook from writing; what was said is taken from the payload.
pub(crate) fn silence_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Runs something that should not panic, and gives the panic's message when it does.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    // What a panic leaves half done is dropped with the closure: passes and rules share nothing that changes.
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
