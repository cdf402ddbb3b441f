#include "cli/words_commands.h"

namespace sememe::cli {
namespace {

constexpr const Command* kSubcommands[] = {&kWordsPrepare, &kWordsPhrases,    &kWordsTrain,     &kWordsNeighbors,
                                           &kWordsAnalogy, &kWordsSimilarity, &kWordsOddOneOut, &kWordsCompare,
                                           &kWordsVector,  &kWordsPredict,    &kWordsQuantize,  &kWordsEval,
                                           &kWordsConvert, &kWordsInfo};

}  // namespace

const Command kWords = {
    .name = "words",
    .summary = "Train, ask, judge and convert word vectors",
    .description =
        "Works with files that hold one vector per word: word2vec text and binary, GloVe text, fastText .vec and .bin. "
        "What a file holds is told by its first bytes.",
    .examples =
        "sememe words prepare -i texts.txt -o corpus.txt\n"
        "sememe words train word2vec -i corpus.txt -o vectors.txt\n"
        "sememe words neighbors vectors.txt cat\n"
        "sememe words analogy vectors.txt king man woman\n"
        "sememe words eval vectors.txt --similarity ws353.tsv --analogies questions-words.txt\n",
    .subcommands = kSubcommands,
};

}  // namespace sememe::cli
