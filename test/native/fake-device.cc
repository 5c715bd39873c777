// Plays the official face device service for the tests, by the script beside this library:
//   <library>.script   lines of `command<TAB>action<TAB>argument`; the lines of one command are used up
//                      in order, the last one stays
//   <library>.log      what happened: `call<TAB>request`, `release<TAB>pointer`, `held<TAB>count`
// Actions: answer TEXT, file PATH, slow MILLISECONDS|TEXT, null, empty, big BYTES, negative, fail STATUS,
// random TEXT (a few of its bytes turned over, every third one cut), hang, until PATH|TEXT (waits until PATH exists).
#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

std::mutex mutex;
std::map<std::string, size_t> used;
int held = 0;

std::string Beside(const char* ending) {
  Dl_info info;
  dladdr(reinterpret_cast<void*>(&Beside), &info);
  return std::string(info.dli_fname) + ending;
}

void Log(const std::string& line) {
  static std::ofstream& file = *new std::ofstream(Beside(".log"), std::ios::app);
  file << line << std::endl;
}

struct Step {
  std::string action;
  std::string argument;
};

/** The next step of `command`: of its own lines, else of those of `*`. */
Step NextStep(const std::string& command) {
  std::map<std::string, std::vector<Step>> steps;
  std::ifstream file(Beside(".script"));
  std::string line;
  while (std::getline(file, line)) {
    const size_t first = line.find('\t');
    const size_t second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    steps[line.substr(0, first)].push_back(
        {line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  const std::string name = steps.count(command) > 0 ? command : "*";
  const std::vector<Step>& own = steps[name];
  if (own.empty()) return {"answer", "{\"return_code\":\"SUCCESS\"}"};
  const size_t at = used[name];
  used[name] += 1;
  return own[at < own.size() ? at : own.size() - 1];
}

std::string CommandOf(const std::string& request) {
  const std::string key = "\"cmd\":\"";
  const size_t from = request.find(key);
  if (from == std::string::npos) return "";
  const size_t start = from + key.size();
  return request.substr(start, request.find('"', start) - start);
}

std::string After(const std::string& text, char mark) { return text.substr(text.find(mark) + 1); }

/** Looks random and is the same in every run. */
unsigned Draw(unsigned below) {
  static unsigned state = 20262;
  state = state * 1103515245u + 12345u;
  return (state >> 8) % below;
}

std::string Damaged(std::string text) {
  for (unsigned turns = Draw(4); turns > 0; turns -= 1) {
    text[Draw(static_cast<unsigned>(text.size()))] = static_cast<char>(Draw(256));
  }
  if (Draw(3) == 0) text.resize(Draw(static_cast<unsigned>(text.size())));
  return text;
}

void HangForEver() {
  std::mutex own;
  std::unique_lock<std::mutex> lock(own);
  std::condition_variable never;
  for (;;) never.wait(lock);
}

int Give(const std::string& text, char** response, unsigned* size) {
  *response = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(*response, text.data(), text.size());
  (*response)[text.size()] = '\0';
  *size = static_cast<unsigned>(text.size());
  const std::lock_guard<std::mutex> guard(mutex);
  held += 1;
  Log("held\t" + std::to_string(held));
  return 0;
}

}  // namespace

extern "C" {

int wxpayCallFaceService(const char* request, unsigned request_size, char** response, unsigned* size) {
  const std::string asked(request, request_size);
  Step step;
  {
    const std::lock_guard<std::mutex> guard(mutex);
    Log("call\t" + asked);
    step = NextStep(CommandOf(asked));
  }
  const std::string& argument = step.argument;
  if (step.action == "answer") return Give(argument, response, size);
  if (step.action == "random") return Give(Damaged(argument), response, size);
  if (step.action == "file") {
    std::ifstream file(argument, std::ios::binary);
    return Give(std::string(std::istreambuf_iterator<char>(file), {}), response, size);
  }
  if (step.action == "slow") {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(argument.c_str())));
    return Give(After(argument, '|'), response, size);
  }
  if (step.action == "until") {
    const std::string path = argument.substr(0, argument.find('|'));
    while (access(path.c_str(), F_OK) != 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return Give(After(argument, '|'), response, size);
  }
  if (step.action == "null") {
    *response = nullptr;
    *size = static_cast<unsigned>(std::atoi(argument.c_str()));
    return 0;
  }
  if (step.action == "empty") return Give("", response, size);
  if (step.action == "big") return Give(std::string(std::atol(argument.c_str()), ' '), response, size);
  if (step.action == "negative") {
    const int status = Give("{}", response, size);
    *size = static_cast<unsigned>(-1);
    return status;
  }
  if (step.action == "fail") {
    // Out parameters that belong to nobody: releasing them would crash.
    *response = reinterpret_cast<char*>(0x10);
    *size = 16;
    return std::atoi(argument.c_str());
  }
  if (step.action == "hang") HangForEver();
  return -1;
}

void wxpayReleaseResponse(char** response) {
  const std::lock_guard<std::mutex> guard(mutex);
  held -= 1;
  // Whether the caller overwrote it is seen in its first byte.
  const int first = *response != nullptr ? static_cast<unsigned char>(**response) : -1;
  Log("release\t" + std::to_string(first));
  Log("held\t" + std::to_string(held));
  std::free(*response);
  *response = nullptr;
}
}
