#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/kernels.h"

namespace sememe {

/// By the name that a transformers config.json ("gelu", "gelu_new", "relu", "silu", ...) or a Dense module's
/// "torch.nn.modules.activation.Tanh" gives; nullopt for a name that is not known.
/// Source   transformers ACT2FN; torch.nn.modules.activation and torch.nn.modules.linear.Identity.
std::optional<Activation> parse_activation(std::string_view name);
/// "gelu, gelu_new, ...": the names parse_activation knows, for messages.
std::string known_activations();
std::string_view activation_name(Activation activation);

/// x[i] = f(x[i]) in place.
void activate(Activation activation, std::span<float> x);

}  // namespace sememe
