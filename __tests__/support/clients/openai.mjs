/** Each request that the client of OpenAI makes, streamed and not; the base URL is the environment's. */
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'sk-THE-KEY' });
const messages = [{ role: 'user', content: 'THE-PROMPT' }];
const model = 'gpt-4o-mini';
const named = { headers: { 'x-llm-budget-call': 'answer' } };

const whole = await client.chat.completions.create({ model, messages, max_tokens: 100 }, named);
process.stdout.write(`${whole.choices[0].message.content}\n`);
const chunks = await client.chat.completions.create(
  { model, messages, max_tokens: 100, stream: true, stream_options: { include_usage: true } },
  named,
);
for await (const chunk of chunks) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
const response = await client.responses.create({ model, input: 'THE-PROMPT', max_output_tokens: 100 }, named);
process.stdout.write(`${response.output_text}\n`);
const events = await client.responses.create(
  { model, input: 'THE-PROMPT', max_output_tokens: 100, stream: true },
  named,
);
for await (const event of events) process.stdout.write(event.type === 'response.output_text.delta' ? event.delta : '');
