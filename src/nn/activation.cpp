#include "nn/activation.h"

#include <array>

namespace sememe {
namespace {

struct Name {
  std::string_view name;
  Activation activation;
};

// The first name of an activation is the one that people see.
constexpr std::array kNames = {
    Name{"gelu", Activation::kGelu},
    Name{"gelu_python", Activation::kGelu},
    Name{"gelu_new", Activation::kGeluTanh},
    Name{"gelu_fast", Activation::kGeluTanh},
    Name{"gelu_pytorch_tanh", Activation::kGeluTanh},
    Name{"gelu_accurate", Activation::kGeluTanh},
    Name{"quick_gelu", Activation::kQuickGelu},
    Name{"relu", Activation::kRelu},
    Name{"silu", Activation::kSilu},
    Name{"swish", Activation::kSilu},
    Name{"tanh", Activation::kTanh},
    Name{"sigmoid", Activation::kSigmoid},
    Name{"linear", Activation::kIdentity},
    Name{"identity", Activation::kIdentity},
    Name{"torch.nn.modules.activation.GELU", Activation::kGelu},
    Name{"torch.nn.modules.activation.ReLU", Activation::kRelu},
    Name{"torch.nn.modules.activation.SiLU", Activation::kSilu},
    Name{"torch.nn.modules.activation.Tanh", Activation::kTanh},
    Name{"torch.nn.modules.activation.Sigmoid", Activation::kSigmoid},
    Name{"torch.nn.modules.linear.Identity", Activation::kIdentity},
};

}  // namespace

std::optional<Activation> parse_activation(std::string_view name) {
  for (const Name& n : kNames)
    if (n.name == name) return n.activation;
  return std::nullopt;
}

std::string known_activations() {
  std::string all;
  for (const Name& n : kNames) all.append(all.empty() ? "" : ", ").append(n.name);
  return all;
}

std::string_view activation_name(Activation activation) {
  if (activation == Activation::kIdentity) return "identity";
  for (const Name& n : kNames)
    if (n.activation == activation) return n.name;
  return "unknown";
}

void activate(Activation activation, std::span<float> x) {
  kernels().activate(activation, x.data(), static_cast<std::int64_t>(x.size()));
}

}  // namespace sememe
