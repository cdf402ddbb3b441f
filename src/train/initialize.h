#pragma once

#include <cstdint>

#include "model/pipeline.h"
#include "train/parameters.h"

namespace sememe::train {

/// Parameters of a model that has not been trained: matrices and tables normal with deviation `deviation`, biases 0,
/// gains of norms 1, as BertModel begins; Dense modules as torch.nn.Linear (uniform within 1 / sqrt(in)).
template <class T>
ParameterSet<T> initial_parameters(const PipelineConfig& pipeline, std::uint64_t seed, double deviation = 0.02);

}  // namespace sememe::train
