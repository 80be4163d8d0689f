// The native calls of a forward pass, noted once and made again by one call: the CPU's counterpart of a device graph.
//
// An op that Python calls goes one of three ways, by the state of the calling thread:
//   - as a rule it checks its indices, then computes;
//   - while the thread has a Tape, it is noted there with its arguments as words, and nothing is read or written;
//   - from a Program it is called with the words of the step: if it reads indices, first for its checks alone; and once every
//     index of the whole pass has proved good, to compute.
// An op has no more to do for this than to be `define`d in module.cc and, if it reads indices, to end where only its checks are
// wanted. One that forgets to say so is checked all the same, but only when its turn comes.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace quire {

typedef uint64_t Word;                       // an argument of any type, in its first bytes

template <class T> Word to_word(T value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Word));
    Word word = 0;
    std::memcpy(&word, &value, sizeof value);
    return word;
}
template <class T> T from_word(Word word) {
    T value;
    std::memcpy(&value, &word, sizeof value);
    return value;
}

struct Native {                              // an op as a Program calls it
    std::string name;
    size_t num_words;
    bool has_indices;                        // among what it reads: it can be called for its checks alone
    void (*replay)(const Word*);
};

class Tape {
  public:
    Tape() = default;
    Tape(const Tape&) = delete;
    ~Tape() { stop(); }
    void start();                            // notes the calls of this thread from here on
    void stop();
    void note(const Native& native, std::initializer_list<Word> words) { calls_.emplace_back(native.name, words); }
    const std::vector<std::pair<std::string, std::vector<Word>>>& calls() const { return calls_; }

  private:
    std::vector<std::pair<std::string, std::vector<Word>>> calls_;
};

typedef std::array<Word, 8> Check;           // what it depends on; alike means the same answer within a step

struct Way {                                 // how the calls of this thread go
    Tape* tape = nullptr;
    bool computes = true;
    std::vector<Check>* made = nullptr;      // checks of this step: every layer repeats those of the first
};
extern thread_local Way way;

bool is_due(const Check& check);             // must it be made now? Whoever asks then makes it

template <auto fn> struct Op;
template <class... A, void (*fn)(A...)> struct Op<fn> {
    static inline const Native* native = nullptr;

    static void call(A... arguments) {       // from Python
        if (way.tape) way.tape->note(*native, {to_word(arguments)...});
        else fn(arguments...);
    }
    static void replay(const Word* words) { replay(words, std::index_sequence_for<A...>{}); }
    template <size_t... i> static void replay(const Word* words, std::index_sequence<i...>) { fn(from_word<A>(words[i])...); }
    static constexpr size_t num_words = sizeof...(A);
};

const Native& add_native(const Native& native);          // to those that a Program finds by name

// A sequence of calls, cut into stretches where Python has something to do in between. One step at a time.
class Program {
  public:
    typedef std::vector<std::pair<size_t, size_t>> Patches;     // (argument, input that it is filled from)

    void add(const std::string& name, const std::vector<Word>& words, const Patches& patches);
    void cut() { cuts_.push_back(calls_.size()); }              // the next call begins a stretch
    void run(size_t stretch, const std::vector<Word>& inputs);  // in order; the first one takes the inputs, and checks for all
    std::vector<std::pair<std::string, double>> times(const std::vector<Word>& inputs);     // of one step without cuts: op, seconds
    size_t size() const { return calls_.size(); }
    int64_t num_calls_made() const { return num_calls_made_.load(std::memory_order_relaxed); }     // in all; grows within a step

  private:
    struct Call { const Native* native; size_t first; };
    struct Patch { size_t word, input; };

    void begin(const std::vector<Word>& inputs);

    std::vector<Call> calls_;
    std::vector<size_t> cuts_;
    std::vector<Word> words_;
    std::vector<Patch> patches_;
    std::vector<Check> made_;
    std::atomic<int64_t> num_calls_made_{0};
};

}  // namespace quire
