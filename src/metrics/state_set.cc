#include <narthex/state_set.h>

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>
#include <narthex/sink.h>

#include "base/utf8.h"

namespace narthex::detail {

namespace {

[[noreturn]] void refuse(const StateSetOptions& options, const std::string& why) {
  throw RegistrationError(fmt::format("state set {}: {}", quote(options.name), why));
}

StateSetSeries::Names checked_states(const StateSetOptions& options) {
  const std::vector<std::string>& states = options.states;
  if (states.empty())
    refuse(options, R"(the states are missing; list all of them, for example .states = {"idle", "busy"})");
  if (states.size() > StateSetSeries::kMaxStates) {
    refuse(options, fmt::format("{} states; allowed: at most {}", states.size(), StateSetSeries::kMaxStates));
  }
  for (auto state = states.begin(); state != states.end(); ++state) {
    if (state->empty()) refuse(options, fmt::format("state {} has an empty name", state - states.begin() + 1));
    if (!is_utf8(*state)) refuse(options, fmt::format("the state {} must be UTF-8", quote(*state)));
    if (std::find(states.begin(), state, *state) != state) {
      refuse(options, fmt::format("the state {} appears twice; each state must appear once", quote(*state)));
    }
  }
  return std::make_shared<const std::vector<std::string>>(states);
}

class StateSetKind final : public Kind {
 public:
  StateSetKind(std::string name, StateSetSeries::Names states) : name_(std::move(name)), states_(std::move(states)) {}

  MetricType type() const noexcept override { return MetricType::state_set; }
  detail::Series* make_series(std::string_view labels) const override {
    return detail::Series::make<StateSetSeries>(labels, states_);
  }
  std::string settings() const override {
    std::string text = "states (";
    for (const std::string& state : *states_) text += fmt::format("{}{}", text.back() == '(' ? "" : ", ", quote(state));
    return text + ")";
  }

 private:
  const std::string name_;
  const StateSetSeries::Names states_;
};

}  // namespace

StateSetSeries::Bits StateSetSeries::bit_of(std::string_view state) const noexcept {
  const auto found = std::ranges::find(*names_, state);
  return found == names_->end() ? 0 : Bits{1} << (found - names_->begin());
}

StateSetSeries::Bits StateSetSeries::bit_to_update(std::string_view state) noexcept {
  const Bits bit = bit_of(state);
  if (bit != 0) {
    mark_accessed();
  } else {
    count_rejected_update();
  }
  return bit;
}

void StateSetSeries::set(std::string_view state) noexcept {
  const Bits bit = bit_to_update(state);
  if (bit != 0) on_.store(bit, std::memory_order_relaxed);  // relaxed: the states order nothing else
}

void StateSetSeries::set(std::string_view state, bool on) noexcept {
  const Bits bit = bit_to_update(state);
  if (on) {
    on_.fetch_or(bit, std::memory_order_relaxed);  // relaxed, both: as above; a bit of 0 changes nothing
  } else {
    on_.fetch_and(~bit, std::memory_order_relaxed);
  }
}

bool StateSetSeries::is_on(std::string_view state) const noexcept {
  return (on_.load(std::memory_order_relaxed) & bit_of(state)) != 0;  // relaxed: as above
}

void StateSetSeries::collect(Sink& sink) const {
  const Bits on = on_.load(std::memory_order_relaxed);  // relaxed: one read of one word
  std::array<State, kMaxStates> states;
  for (std::size_t i = 0; i < names_->size(); ++i) states[i] = {(*names_)[i], (on >> i & 1) != 0};
  sink.state_set(labels(), std::span(states).first(names_->size()));
}

std::unique_ptr<Kind> make_kind(const StateSetOptions& options) {
  return std::make_unique<StateSetKind>(options.name, checked_states(options));
}

}  // namespace narthex::detail
