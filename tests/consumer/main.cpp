// Prints how close two texts are: consumer MODEL TEXT TEXT
#include <sememe/distillation.h>
#include <sememe/encoder.h>
#include <sememe/error.h>
#include <sememe/evaluation.h>
#include <sememe/fasttext.h>
#include <sememe/glove.h>
#include <sememe/log.h>
#include <sememe/map.h>
#include <sememe/matrix.h>
#include <sememe/mining.h>
#include <sememe/sentence_vectors.h>
#include <sememe/similarity.h>
#include <sememe/token_columns.h>
#include <sememe/tokenizer.h>
#include <sememe/tokenizer_trainer.h>
#include <sememe/trainer.h>
#include <sememe/word2vec.h>
#include <sememe/word_corpus.h>
#include <sememe/words.h>

#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: consumer MODEL TEXT TEXT\n";
    return 2;
  }
  try {
    const sememe::Encoder encoder = sememe::Encoder::load(argv[1], {.compute = sememe::ComputeType::kFloat32});
    const std::string texts[] = {argv[2], argv[3]};
    const sememe::Matrix vectors = encoder.encode(texts);
    std::cout << sememe::cosine_similarity(vectors.row(0), vectors.row(1)) << '\n';
    return 0;
  } catch (const sememe::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
