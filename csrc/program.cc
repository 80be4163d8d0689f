#include "program.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

namespace quire {
namespace {

std::map<std::string, Native>& natives() {
    static std::map<std::string, Native> all;
    return all;
}

struct Turn {                                // sets this thread's way, and sets it back
    Way before = way;
    explicit Turn(const Way& now) { way = now; }
    ~Turn() { way = before; }
};

}  // namespace

thread_local Way way;

const Native& add_native(const Native& native) { return natives()[native.name] = native; }

bool is_due(const Check& check) {
    if (!way.made) return true;
    if (std::find(way.made->begin(), way.made->end(), check) != way.made->end()) return false;
    way.made->push_back(check);
    return true;
}

void Tape::start() {
    if (way.tape) throw std::runtime_error("this thread has a tape already");
    way.tape = this;
}

void Tape::stop() {
    if (way.tape == this) way.tape = nullptr;
}

void Program::add(const std::string& name, const std::vector<Word>& words, const Patches& patches) {
    auto found = natives().find(name);
    if (found == natives().end() || found->second.num_words != words.size())
        throw std::invalid_argument("there is no op " + name + " of " + std::to_string(words.size()) + " arguments");
    calls_.push_back({&found->second, words_.size()});
    for (auto [argument, input] : patches) patches_.push_back({words_.size() + argument, input});
    words_.insert(words_.end(), words.begin(), words.end());
}

void Program::begin(const std::vector<Word>& inputs) {
    for (const Patch& patch : patches_) words_.at(patch.word) = inputs.at(patch.input);
    made_.clear();
    Turn turn({nullptr, false, &made_});
    for (const Call& call : calls_)
        if (call.native->has_indices) call.native->replay(&words_[call.first]);
}

void Program::run(size_t stretch, const std::vector<Word>& inputs) {
    if (stretch > cuts_.size()) throw std::invalid_argument("the program has " + std::to_string(cuts_.size() + 1) + " stretches");
    if (stretch == 0) begin(inputs);
    Turn turn({nullptr, true, &made_});
    const size_t last = stretch < cuts_.size() ? cuts_[stretch] : calls_.size();
    for (size_t i = stretch ? cuts_[stretch - 1] : 0; i < last; i++) {
        calls_[i].native->replay(&words_[calls_[i].first]);
        num_calls_made_.fetch_add(1, std::memory_order_relaxed);
    }
}

std::vector<std::pair<std::string, double>> Program::times(const std::vector<Word>& inputs) {
    if (!cuts_.empty()) throw std::invalid_argument("a program with cuts is not timed");
    begin(inputs);
    Turn turn({nullptr, true, &made_});
    std::vector<std::pair<std::string, double>> found;
    for (const Call& call : calls_) {
        auto began = std::chrono::steady_clock::now();
        call.native->replay(&words_[call.first]);
        found.emplace_back(call.native->name, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    }
    return found;
}

}  // namespace quire
