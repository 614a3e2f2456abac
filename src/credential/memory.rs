//! The memory argon2 works in.
//!
//! Kept from one password to the next, because finding fresh pages for each costs a sixth of the time; given back to
//! the system when there is nothing to do, because idle memory counts.

use argon2::Block;

#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

/// glibc takes blocks of more than 32 MiB straight from the system and gives them straight back; smaller ones it
/// would rather keep once they were freed. The difference is address space, never touched.
const GIVEN_BACK: usize = 33 * 1024 * 1024 / Block::SIZE;

impl Memory {
    /// At least `count` blocks of 1 KiB, with whatever stands in them: argon2 writes before it reads.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.release();
            self.0 = Vec::with_capacity(count.max(GIVEN_BACK));
            self.0.resize(count, Block::new());
        }
        &mut self.0[..count]
    }

    pub(super) fn release(&mut self) {
        self.0 = Vec::new();
    }

    /// Gives back what a single costly hash needed, so that it is not kept for the usual ones.
    pub(super) fn shrink_to(&mut self, count: usize) {
        if self.0.len() > count {
            self.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_until_released() {
        let mut memory = Memory::default();
        memory.blocks(64);
        memory.shrink_to(64);
        assert_eq!(memory.0.len(), 64);
        memory.blocks(128);
        memory.shrink_to(64);
        assert_eq!(memory.0.capacity(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_released_goes_back_to_the_system() {
        let resident_kib = || -> i64 {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        // Many, so that what other tests of this process do meanwhile is small beside them.
        for _ in 0..3 {
            let mut memories: Vec<Memory> = (0..16).map(|_| Memory::default()).collect();
            for memory in &mut memories {
                memory.blocks(19_456);
            }
            let held = resident_kib();
            memories.iter_mut().for_each(Memory::release);
            assert!(held - resident_kib() > 150 * 1024);
        }
    }
}
