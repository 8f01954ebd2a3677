#!/usr/bin/env ruby
# A thread that reads, one that waits for lines on a condition, and one that sleeps and gossips.

require_relative 'node'

# Lines between threads; `take` gives up after a while.
class Lines
  def initialize
    @lines = []
    @lock = Mutex.new
    @filled = ConditionVariable.new
  end

  def put(line)
    @lock.synchronize do
      @lines << line
      @filled.signal
    end
  end

  def take(seconds)
    @lock.synchronize do
      @filled.wait(@lock, seconds) if @lines.empty?
      @lines.shift
    end
  end
end

node = Node.new
lock = Mutex.new
lines = Lines.new

patience_s = node.quiet ? 1.0 : 0.05
Thread.new do
  loop do
    line = lines.take(patience_s)
    lock.synchronize { node.handle(line) } if line
  end
end

Thread.new do
  loop do
    sleep(Node::GOSSIP_S)
    lock.synchronize { node.gossip }
  end
end

$stdin.each_line { |line| lines.put(line) }
