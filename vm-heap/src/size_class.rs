//! Size classes: 16-byte steps to 256 bytes, then eight steps per doubling (about 12.5 %) to 8 KiB.

use crate::space::{BLOCK_BYTES, GRANULE};

/// The largest size that shares a block with others; above it an object has blocks of its own.
pub const MAX_SMALL: usize = 8 << 10;
/// Number of classes, and one more: class 0 is no class.
pub const CLASSES: usize = 57;

const LINEAR: usize = 256;

/// The class of a size. `bytes` is at most [`MAX_SMALL`]; 0 counts as 1.
#[inline(always)]
#[must_use]
pub const fn class_of(bytes: usize) -> usize {
    if bytes <= LINEAR {
        let class = bytes.div_ceil(GRANULE);
        // The smallest cell is a header.
        if class == 0 { 1 } else { class }
    } else {
        // Eight classes between two powers of two: the three bits below the leading one choose.
        let last = bytes - 1;
        let doubling = last.ilog2() as usize;
        17 + (doubling - 8) * 8 + ((last >> (doubling - 3)) & 7)
    }
}

/// Bytes of each class.
pub const CLASS_BYTES: [u32; CLASSES] = {
    let mut table = [0; CLASSES];
    let mut class = 1;
    while class < CLASSES {
        table[class] = if class <= 16 {
            (class * GRANULE) as u32
        } else {
            let doubling = 8 + (class - 17) / 8;
            let step = (class - 17) % 8 + 1;
            ((1 << doubling) + (step << (doubling - 3))) as u32
        };
        class += 1;
    }
    table
};

/// 2^20 divided by the class's size in granules, rounded up: multiplying by it divides granule numbers within a block exactly.
const RECIPROCAL: [u32; CLASSES] = {
    let mut table = [0; CLASSES];
    let mut class = 1;
    while class < CLASSES {
        let stride = CLASS_BYTES[class] / GRANULE as u32;
        table[class] = (1_u32 << 20).div_ceil(stride);
        class += 1;
    }
    table
};

/// Bytes of a cell of this class.
#[inline(always)]
#[must_use]
pub const fn bytes_of(class: usize) -> usize {
    CLASS_BYTES[class] as usize
}

/// Cells of this class in a block.
#[inline]
#[must_use]
pub const fn cells_per_block(class: usize) -> usize {
    BLOCK_BYTES / CLASS_BYTES[class] as usize
}

/// The number of the cell that granule `granule` of a block belongs to; may be [`cells_per_block`], the tail.
#[inline]
#[must_use]
pub const fn cell_of_granule(class: usize, granule: usize) -> usize {
    (granule * RECIPROCAL[class] as usize) >> 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::BLOCK_GRANULES;

    #[test]
    fn every_size_fits_its_class_and_no_smaller_one() {
        for bytes in 1..=MAX_SMALL {
            let class = class_of(bytes);
            assert!(bytes_of(class) >= bytes, "{bytes}");
            assert!(class == 1 || bytes_of(class - 1) < bytes, "{bytes}");
            assert!(bytes_of(class).is_multiple_of(GRANULE));
        }
        assert_eq!(class_of(0), 1);
        assert_eq!(class_of(MAX_SMALL), CLASSES - 1);
        assert_eq!(bytes_of(CLASSES - 1), MAX_SMALL);
    }

    #[test]
    fn waste_above_256_bytes_is_at_most_an_eighth() {
        for bytes in 257..=MAX_SMALL {
            assert!((bytes_of(class_of(bytes)) - bytes) * 8 <= bytes, "{bytes}");
        }
    }

    #[test]
    fn reciprocals_divide_exactly() {
        for class in 1..CLASSES {
            for granule in 0..BLOCK_GRANULES {
                let exact = granule / (bytes_of(class) / GRANULE);
                assert_eq!(cell_of_granule(class, granule), exact, "class {class} granule {granule}");
            }
        }
    }
}
