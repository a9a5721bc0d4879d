#include "base/copies.h"

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include <elf.h>
#include <link.h>

// A note in each image that contains narthex. The loader lists the notes of all images, also of those that export no
// symbol.
asm(R"(
  .pushsection .note.narthex, "a", %note
  .balign 4
  .long 8, 0, 1
  .asciz "narthex"
  .popsection)");

namespace narthex::detail {

namespace {

constexpr char kName[8] = "narthex";
constexpr char kOwnAddress = 0;  // each copy has its own

bool has_note(const char* segment, std::size_t size, std::size_t alignment) noexcept {
  const auto aligned = [alignment](std::size_t n) { return (n + alignment - 1) / alignment * alignment; };
  while (size >= sizeof(ElfW(Nhdr)) + sizeof kName) {
    ElfW(Nhdr) header;
    std::memcpy(&header, segment, sizeof header);
    if (header.n_namesz == sizeof kName && std::memcmp(segment + sizeof header, kName, sizeof kName) == 0) return true;
    const std::size_t used = aligned(aligned(sizeof header + header.n_namesz) + header.n_descsz);
    if (used >= size) return false;
    segment += used;
    size -= used;
  }
  return false;
}

struct Image {
  bool has_note = false;
  bool is_own = false;  // contains the code that runs now
  std::string name;
};

Image inspect(const dl_phdr_info& image) {
  Image result{.name = *image.dlpi_name ? image.dlpi_name : "the program"};
  for (std::size_t i = 0; i < image.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = image.dlpi_phdr[i];
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader stores the address as an integer
    const auto* const begin = reinterpret_cast<const char*>(image.dlpi_addr + segment.p_vaddr);
    if (segment.p_type == PT_NOTE) {
      result.has_note = result.has_note || has_note(begin, segment.p_memsz, segment.p_align == 8 ? 8 : 4);
    } else if (segment.p_type == PT_LOAD && &kOwnAddress >= begin && &kOwnAddress < begin + segment.p_memsz) {
      result.is_own = true;
    }
  }
  return result;
}

// The first two copies in the list of the loader.
struct Copies {
  Image first;
  Image second;
};

// Called for each image, under a lock of the loader. Stops at the second copy.
int find_copies(dl_phdr_info* image, std::size_t, void* copies) noexcept {
  auto& found = *static_cast<Copies*>(copies);
  try {
    Image inspected = inspect(*image);
    if (!inspected.has_note) return 0;
    (found.first.has_note ? found.second : found.first) = std::move(inspected);
    return found.second.has_note ? 1 : 0;
  } catch (...) {  // without memory there is no report
    return 1;
  }
}

}  // namespace

void report_copies() noexcept {
  Copies copies;
  dl_iterate_phdr(find_copies, &copies);
  if (!copies.second.is_own) return;  // another copy reports, or there is one only
  std::fprintf(
      stderr,
      "narthex: this process has several copies of narthex, in %s and in %s; they have separate registries, and "
      "updates through a handle of the other copy are lost; link the shared library of narthex\n",
      copies.first.name.c_str(), copies.second.name.c_str());
}

const void* this_copy() noexcept { return &kOwnAddress; }

}  // namespace narthex::detail
