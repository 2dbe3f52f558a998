//! The pool of free blocks and the table of large objects; under one lock.

use crate::space::Space;

/// Adjacent free blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// The memory reads as zeroes.
    pub(crate) pristine: bool,
}

/// An object with blocks of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Large {
    pub(crate) head: u32,
    pub(crate) blocks: u32,
    /// What it counts against the limit: its size in whole pages.
    pub(crate) bytes: usize,
}

/// Free blocks and large objects.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// The first block that was never used.
    pub(crate) top: u32,
    /// Highest address first, so that the lowest is at the end.
    pub(crate) free: Vec<Extent>,
    pub(crate) large: Vec<Large>,
    /// Collections in a row after which much more was free than needed.
    pub(crate) plentiful: u32,
    /// Blocks and large objects handed out, for statistics.
    pub(crate) handed_out: u64,
}

impl Pool {
    /// One block; true when its memory reads as zeroes. `None` when the range is used up.
    pub(crate) fn take_one(&mut self, space: &Space) -> Option<(u32, bool)> {
        if let Some(extent) = self.free.last_mut() {
            let taken = (extent.first, extent.pristine);
            extent.first += 1;
            extent.count -= 1;
            if extent.count == 0 {
                self.free.pop();
            }
            return Some(taken);
        }
        self.grow(1, space).map(|first| (first, true))
    }

    /// Adjacent blocks, first fit; true when all their memory reads as zeroes.
    pub(crate) fn take_run(&mut self, count: u32, space: &Space) -> Option<(u32, bool)> {
        if let Some(at) = self.free.iter().rposition(|e| e.count >= count) {
            let extent = &mut self.free[at];
            let taken = (extent.first, extent.pristine);
            extent.first += count;
            extent.count -= count;
            if extent.count == 0 {
                self.free.remove(at);
            }
            return Some(taken);
        }
        self.grow(count, space).map(|first| (first, true))
    }

    fn grow(&mut self, count: u32, space: &Space) -> Option<u32> {
        let first = self.top;
        let top = first.checked_add(count).filter(|top| *top as usize <= space.blocks())?;
        self.top = top;
        Some(first)
    }

    /// Free blocks whose memory the process holds.
    pub(crate) fn dirty_blocks(&self) -> u32 {
        self.free.iter().filter(|e| !e.pristine).map(|e| e.count).sum()
    }
}
