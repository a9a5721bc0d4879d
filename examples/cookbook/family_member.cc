#include <cstdio>
#include <string_view>

#include <narthex/narthex.h>

class MailServer {
 public:
  explicit MailServer(narthex::Registry& registry)
      : messages_(
            registry.counter({.name = "mail_messages_total", .help = "Messages received, by protocol and result."},
                             {"protocol", "result"})),
        connections_(registry.gauge({.name = "mail_connections", .help = "Connections that are open now."})),
        smtp_accepted_(messages_.labels("smtp", "accepted")) {}

  void connect() { connections_.inc(); }
  void accept_smtp() { smtp_accepted_.inc(); }
  void receive(std::string_view protocol, std::string_view result) { messages_.labels(protocol, result).inc(); }

 private:
  narthex::Family<narthex::Counter, 2> messages_;  // a family with two labels
  narthex::Gauge connections_;                     // a metric without labels
  narthex::Counter smtp_accepted_;                 // one series of the family: the fastest way to update it
};

int main() {
  narthex::Registry registry;
  MailServer server(registry);
  server.connect();
  server.accept_smtp();
  server.receive("imap", "rejected");
  std::fputs(narthex::to_text(registry).c_str(), stdout);
}
