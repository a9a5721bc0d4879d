#include "base/copies.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <elf.h>
#include <link.h>

extern "C" {
[[gnu::used, gnu::visibility("hidden")]] constinit std::atomic<bool> narthex_copies_are_reported{false};
}

// A note in each image that contains narthex: its flag, relative to the note. The loader lists the notes of all images,
// also of those that export no symbol.
asm(R"(
  .pushsection .note.narthex, "a", %note
  .balign 4
  .long 8, 8, 1
  .asciz "narthex"
  .quad narthex_copies_are_reported - .
  .popsection)");

namespace narthex::detail {

namespace {

struct Note {
  ElfW(Nhdr) header;
  char name[8];
  char offset[8];  // not a number, because notes have an alignment of 4
};
constexpr char kName[8] = "narthex";

// Returns the flag of a copy, or null if the segment has no note of narthex.
std::atomic<bool>* find_flag(const char* segment, std::size_t size, std::size_t alignment) noexcept {
  const auto aligned = [alignment](std::size_t n) { return (n + alignment - 1) / alignment * alignment; };
  while (size >= sizeof(Note)) {
    Note note;
    std::memcpy(&note, segment, sizeof note);
    if (note.header.n_namesz == sizeof kName && std::memcmp(note.name, kName, sizeof kName) == 0) {
      std::int64_t offset;
      std::memcpy(&offset, note.offset, sizeof offset);
      return reinterpret_cast<std::atomic<bool>*>(const_cast<char*>(segment) + offsetof(Note, offset) + offset);
    }
    const std::size_t used = aligned(aligned(sizeof note.header + note.header.n_namesz) + note.header.n_descsz);
    if (used >= size) break;
    segment += used;
    size -= used;
  }
  return nullptr;
}

std::atomic<bool>* find_flag(const dl_phdr_info& image) noexcept {
  for (std::size_t i = 0; i < image.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = image.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* const notes = reinterpret_cast<const char*>(image.dlpi_addr + segment.p_vaddr);
    if (auto* flag = find_flag(notes, segment.p_memsz, segment.p_align == 8 ? 8 : 4)) return flag;
  }
  return nullptr;
}

struct FirstCopy {
  std::atomic<bool>* is_reported = nullptr;
  const char* image = nullptr;
};

// Called for each image, under a lock of the loader.
int report_second_copy(dl_phdr_info* image, std::size_t, void* first_copy) noexcept {
  auto& first = *static_cast<FirstCopy*>(first_copy);
  std::atomic<bool>* const flag = find_flag(*image);
  if (!flag) return 0;
  const char* const name = *image->dlpi_name ? image->dlpi_name : "the program";
  if (!first.is_reported) {
    first = {flag, name};
    return 0;
  }
  if (!first.is_reported->exchange(true, std::memory_order_relaxed)) {  // relaxed: only one caller may read false
    std::fprintf(
        stderr,
        "narthex: this process has several copies of narthex, in %s and in %s; they have separate registries, and "
        "updates through a handle of the other copy are lost; link the shared library of narthex\n",
        first.image, name);
  }
  return 1;
}

}  // namespace

void report_copies() noexcept {
  FirstCopy first;
  dl_iterate_phdr(report_second_copy, &first);
}

const void* this_copy() noexcept { return &narthex_copies_are_reported; }

}  // namespace narthex::detail
