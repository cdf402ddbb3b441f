#pragma once

#include <span>

namespace sememe {

/// Pearson's correlation of two columns of one length; NaN if a side is constant or has fewer than two values.
double pearson(std::span<const double> a, std::span<const double> b);
/// Spearman's: Pearson's of the ranks, where equal values share the mean of theirs.
double spearman(std::span<const double> a, std::span<const double> b);

}  // namespace sememe
