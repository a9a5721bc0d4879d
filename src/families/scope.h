#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <narthex/labels.h>

#include "model/extra_labels.h"
#include "model/names.h"

namespace narthex::detail {

// The part of a registry that Registry::scoped() returns: the prefix and the labels of its definitions. Scopes with the
// same prefix and labels in the same outer scope are equal. A null pointer stands for the whole registry.
class Scope {
 public:
  using Ptr = std::shared_ptr<const Scope>;

  // Throws RegistrationError for a prefix that cannot begin a name, and for labels that cannot be served.
  Scope(Ptr outer, std::string_view prefix, Labels labels, const Labels& registry_labels, NameRule rule);

  // With those of the outer scopes.
  const std::string& prefix() const noexcept { return prefix_; }
  const Labels& labels() const noexcept { return labels_; }
  // With the labels of the registry, too.
  const ExtraLabels& all_labels() const noexcept { return all_labels_; }

  // Returns whether a scope is `outer` or inside it.
  static bool is_inside(const Scope* scope, const Scope* outer) noexcept;
  static bool are_equal(const Scope* a, const Scope* b) noexcept;
  // Returns the part of messages that names a scope: "the scope 'db_' with the labels (pool='orders')".
  static std::string title(const Scope* scope);

 private:
  const Ptr outer_;
  const std::string prefix_;
  const Labels labels_;  // those of the scope itself last, sorted
  const ExtraLabels all_labels_;
};

}  // namespace narthex::detail
