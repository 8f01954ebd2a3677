# What both Ruby programs share: what a node has seen, answers and gossips.

require 'json'
require_relative 'chance'

# Keeps each value in a file before it shows it, so that a crash loses nothing.
class Node
  GOSSIP_S = 0.1

  attr_reader :quiet

  def initialize
    @id = nil
    @peers = []
    @quiet = ARGV.include?('quiet')
    @file = File.open('seen.txt', 'a+')
    @file.sync = true
    @seen = @file.each_line.to_h { |line| [line.to_i, true] }
  end

  def handle(line)
    message = JSON.parse(line)
    body = message['body']
    case body['type']
    when 'init'
      @id = body['node_id']
      @peers = body['node_ids'] - [@id]
      reply(message)
    when 'topology'
      reply(message)
    when 'broadcast'
      add([body['message']])
      reply(message)
    when 'read'
      reply(message, messages: @seen.keys)
    when 'gossip'
      add(body['values'])
    end
  end

  # Tells one peer everything. Lost messages do not matter: the next one says it again.
  def gossip
    return if @peers.empty?

    body = { type: 'gossip', values: @seen.keys }
    body[:chance] = Chance.take unless @quiet
    send_to(@peers.sample, body)
  end

  private

  def add(values)
    values.each do |value|
      next if @seen[value]

      @file.puts(value)
      @seen[value] = true
    end
  end

  def reply(request, answer = {})
    asked = request['body']
    send_to(request['src'], { type: "#{asked['type']}_ok", in_reply_to: asked['msg_id'], **answer })
  end

  def send_to(dest, body)
    $stdout.syswrite("#{JSON.generate({ src: @id, dest: dest, body: body })}\n")
  end
end
