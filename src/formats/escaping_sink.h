#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <narthex/sink.h>

#include "model/escaping.h"
#include "model/forwarding_sink.h"

namespace narthex::detail {

// Escapes names outside the legacy character set before they reach a writer.
//
//   disk.io{dev.name="sda"}  -->  disk_io{dev_name="sda"}
//
// Different names can become equal. Of two families that write the same name in any format the second one is left out.
// A series with two labels of the same name is left out. Either would fail the whole scrape.
class EscapingSink final : public ForwardingSink {
 public:
  // Called with a message for each family and each series that is left out.
  using Report = std::function<void(std::string_view line)>;

  EscapingSink(Sink& out, EscapingScheme scheme, Report report)
      : ForwardingSink(out), scheme_(scheme), report_(std::move(report)) {}

  void begin_family(const FamilyInfo& family) override;
  void state_set(LabelView labels, std::span<const State> states, const Timestamp& at) override;

 private:
  // A family with its name before escaping.
  struct Original {
    MetricType type;
    std::string name;

    std::string title() const;
  };
  struct Label {
    std::string name;
    std::string_view value;  // escaped as in the text of labels
  };

  // Returns why a family cannot be served under its escaped name, or an empty string.
  std::string clash(MetricType type, const std::string& escaped) const;

  // Returns the escaped labels, valid until the next call.
  std::optional<LabelView> check(LabelView labels, const Timestamp& at) override;
  void escape(LabelView labels);
  std::optional<std::string_view> name_twice() const;
  void leave_out(LabelView labels, std::string_view name);

  const EscapingScheme scheme_;
  const Report report_;
  std::unordered_map<std::string, Original> served_;  // by escaped name
  Original family_{};                                 // the current family
  std::string name_;                                  // its escaped name; empty: it is left out
  std::vector<Label> labels_;                         // of a sample that needs escaping
  std::string text_;                                  // the text of labels_
};

}  // namespace narthex::detail
