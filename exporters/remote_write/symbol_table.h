#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/label_hash.h"
#include "push/byte_buffer.h"

namespace narthex::detail {

// The texts of one request of Remote Write 2.0. Each text is once in the field `symbols`, and the labels refer to it by its
// position. A hash table with open addressing finds the texts:
//
//   slots_    [ - | hash, 2 | - | hash, 1 | ... ]      position 0 is the empty text, which has no slot
//   fields_   tag size ""  tag size "__name__"  tag size "up"  ...
//   texts_    offset and size of each text in fields_
class SymbolTable {
 public:
  SymbolTable() { clear(); }

  // Returns the position of a text, which is added if it is new.
  std::uint32_t position_of(std::string_view text);
  // The texts as fields of the message.
  std::string_view fields() const noexcept { return fields_.view(); }
  // Removes all texts but the empty one.
  void clear();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t position = 0;  // 0: free
  };
  struct Text {
    std::size_t offset;
    std::size_t size;
  };

  std::uint32_t add(std::string_view text);
  std::string_view text_at(std::uint32_t position) const noexcept {
    return fields_.view().substr(texts_[position].offset, texts_[position].size);
  }
  void grow();

  const HashSeed seed_ = hash_seed();
  std::vector<Slot> slots_;  // their number is a power of two, and at least half of them are free
  std::vector<Text> texts_;
  ByteBuffer fields_;
};

}  // namespace narthex::detail
