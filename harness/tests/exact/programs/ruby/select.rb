#!/usr/bin/env ruby
# One loop that waits in select until a line arrives or the next gossip is due.

require_relative 'node'

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

node = Node.new
rest = +''
due = now + Node::GOSSIP_S

loop do
  if IO.select([$stdin], nil, nil, [due - now, 0].max)
    rest << $stdin.readpartial(65_536)
    *lines, rest = rest.split("\n", -1)
    lines.each { |line| node.handle(line) }
  end
  if now >= due
    node.gossip
    due += Node::GOSSIP_S
  end
rescue EOFError
  exit
end
