// Losses against what a teacher says.

#include "base/fail.h"
#include "train/loss_work.h"

namespace sememe::train {
namespace {

/// The teacher's vectors of the texts of side `s`.
Grid teacher_of(const LossWork& work, std::size_t s) {
  Grid t(work.rows(), work.target_width);
  const std::size_t size = t.data.size();
  std::copy_n(work.targets.begin() + static_cast<std::ptrdiff_t>(s * size), size, t.data.begin());
  return t;
}

/// The directions of all sides, one below the other.
Grid stacked(const std::vector<Side>& sides) {
  Grid all(0, sides.front().x.cols);
  for (const Side& side : sides) {
    all.rows += side.size();
    all.data.insert(all.data.end(), side.unit.data.begin(), side.unit.data.end());
  }
  return all;
}

}  // namespace

double mse_loss(const LossSpec&, LossWork& work) {
  double loss = 0;
  for (std::size_t s = 0; s < work.sides.size(); ++s) {
    Side& side = work.sides[s];
    if (side.x.cols != work.target_width)
      fail(ErrorCode::kInvalidArgument, "mse: the model's vectors have ", side.x.cols, " numbers, the teacher's ",
           work.target_width);
    const Grid teacher = teacher_of(work, s);
    const double n = static_cast<double>(side.x.data.size() * work.sides.size());
    for (std::size_t i = 0; i < side.x.data.size(); ++i) {
      const double off = side.x.data[i] - teacher.data[i];
      loss += off * off / n;
      side.d_x.data[i] += 2 * off / n;
    }
  }
  return loss;
}

double distill_loss(const LossSpec& spec, LossWork& work) {
  double loss = 0;
  const double share = 1.0 / static_cast<double>(work.sides.size());
  std::vector<Side> teachers;
  for (std::size_t s = 0; s < work.sides.size(); ++s) {
    Side& side = work.sides[s];
    const Side& teacher = teachers.emplace_back(teacher_of(work, s));
    const std::int64_t n = side.size();
    if (side.x.cols != teacher.x.cols) continue;  // the cosines within the batch are all there is to compare
    for (std::int64_t i = 0; i < n; ++i) {
      loss += share * (1 - cosine(side, teacher, i)) / static_cast<double>(n);
      add_scaled(-share / static_cast<double>(n), teacher.unit.row(i), side.d_unit.row(i), side.x.cols);
    }
  }
  if (spec.structure == 0) return loss;
  // The cosines of all texts of the batch, also of those of one row.
  const Grid mine = stacked(work.sides), theirs = stacked(teachers);
  Grid d = scores(mine, mine, work.pool);
  const Grid wanted = scores(theirs, theirs, work.pool);
  const double weight = spec.structure / static_cast<double>(mine.rows * mine.rows);
  for (std::size_t i = 0; i < d.data.size(); ++i) {
    const double off = d.data[i] - wanted.data[i];
    loss += weight * off * off;
    d.data[i] = 4 * weight * off;  // the matrix is symmetric: both of its factors are these texts
  }
  Grid d_mine(mine.rows, mine.cols), unused(mine.rows, mine.cols);
  scores_backward(d, mine, mine, d_mine, unused, work.pool);
  const double* from = d_mine.data.data();
  for (Side& side : work.sides) {
    add_scaled(1, from, side.d_unit.data.data(), std::ssize(side.d_unit.data));
    from += side.d_unit.data.size();
  }
  return loss;
}

// Hofstaetter et al. 2020: dot products, as sentence-transformers.
double margin_mse_loss(const LossSpec&, LossWork& work) {
  Side &a = work.sides[0], &p = work.sides[1], &n = work.sides[2];
  const std::int64_t d = a.x.cols;
  const double count = static_cast<double>(work.rows());
  double sum = 0;
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    const double off =
        dot(a.x.row(i), p.x.row(i), d) - dot(a.x.row(i), n.x.row(i), d) - work.targets[static_cast<std::size_t>(i)];
    sum += off * off / count;
    const double g = 2 * off / count;
    add_scaled(g, p.x.row(i), a.d_x.row(i), d), add_scaled(-g, n.x.row(i), a.d_x.row(i), d);
    add_scaled(g, a.x.row(i), p.d_x.row(i), d), add_scaled(-g, a.x.row(i), n.d_x.row(i), d);
  }
  return sum;
}

// KL(softmax(teacher / t) | softmax(student / t)) t^2 over the candidates of a row, dot products.
double kl_loss(const LossSpec& spec, LossWork& work) {
  Side& a = work.sides[0];
  const std::int64_t d = a.x.cols;
  const std::size_t candidates = work.sides.size() - 1;
  const double t = spec.temperature, count = static_cast<double>(work.rows());
  double sum = 0;
  const auto log_softmax = [](std::vector<double>& v) {
    double most = v[0], total = 0;
    for (const double x : v) most = std::max(most, x);
    for (const double x : v) total += std::exp(x - most);
    for (double& x : v) x -= most + std::log(total);
  };
  for (std::int64_t i = 0; i < work.rows(); ++i) {
    std::vector<double> student(candidates), teacher(candidates);
    for (std::size_t c = 0; c < candidates; ++c) {
      student[c] = dot(a.x.row(i), work.sides[c + 1].x.row(i), d) / t;
      teacher[c] = work.targets[static_cast<std::size_t>(i) * candidates + c] / t;
    }
    log_softmax(student);
    log_softmax(teacher);
    for (std::size_t c = 0; c < candidates; ++c) {
      sum += std::exp(teacher[c]) * (teacher[c] - student[c]) * t * t / count;
      const double g = (std::exp(student[c]) - std::exp(teacher[c])) * t / count;
      add_scaled(g, work.sides[c + 1].x.row(i), a.d_x.row(i), d);
      add_scaled(g, a.x.row(i), work.sides[c + 1].d_x.row(i), d);
    }
  }
  return sum;
}

}  // namespace sememe::train
