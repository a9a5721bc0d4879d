// An allocator that takes the place of the system's when it is preloaded. It allocates nothing else than that one.

#include <cstddef>

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void __libc_free(void* memory);
// NOLINTEND(bugprone-reserved-identifier)

extern "C" void* malloc(std::size_t size) { return __libc_malloc(size); }
extern "C" void free(void* memory) { __libc_free(memory); }
