#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <narthex/labels.h>

#include "base/bytes.h"
#include "push/byte_buffer.h"
#include "remote_write/request_writer.h"

namespace narthex::detail {

// The encoded labels that all parts of a metric have in common, sorted by name. Two labels are added for each part: the
// name, and the label of the type if there is one (`le`, `quantile`, or the states of a state set):
//
//   plan_    series: Zone | name | external: instance | external: job | own: le | series: method
//   bytes_   Zone="b"     |      instance="i" job="j" |                 method="get"
//                         ^ name_at_                  ^ own_at_
//
// The plan is kept, because the series of a family nearly always have the same names.
class LabelBlock {
 public:
  // `external` are the labels of the options. A label of a series of the same name replaces one of them.
  LabelBlock(RequestWriter& writer, Labels external);

  // Sets the labels of a series, which must be valid during the calls of with(). Labels without a value are left out.
  // `own_label` is the label of the type.
  void set(LabelView labels, std::string_view own_label);

  // Returns the labels with an encoded name, and an encoded label of the type. Valid until the next call.
  LabelPieces with(std::string_view name, std::string_view own = {});

  // Returns an upper limit of the size of the encoded labels of a series without those of its parts.
  std::size_t max_size(LabelView labels) const noexcept { return 2 * labels.text().size() + external_size_; }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  enum class Kind { series, external, name, own };
  struct Step {
    Kind kind;
    std::string name{};
    std::string escaped{};        // name of a label of a series
    std::string value{};          // of an external label
    ByteBuffer name_bytes{};      // of the name, or of the whole external label
    std::uint64_t epoch = kNone;  // of the bytes

    bool is_named(std::string_view text) const noexcept {
      return escaped.size() == text.size() && same_bytes(escaped.data(), text.data(), text.size());
    }
  };

  void encode();
  // Returns false if the names are not those of the plan.
  bool follow_plan();
  // Does the steps up to the next label of a series. Returns its index.
  std::size_t do_steps(std::size_t step);
  void make_plan();
  std::string_view name_bytes(Step& step);

  RequestWriter& writer_;
  Labels external_;  // sorted by name
  std::size_t external_size_ = 0;
  LabelView labels_{};
  std::string own_label_;
  std::vector<Step> plan_;
  bool is_encoded_ = false;
  std::uint64_t epoch_ = 0;  // of the writer when the labels were encoded
  ByteBuffer bytes_;
  std::size_t name_at_ = 0;
  std::size_t own_at_ = 0;
  bool own_is_first_ = false;
  std::string unescaped_;  // the current value
};

}  // namespace narthex::detail
