/** Requests of Anthropic's client, streamed and not; the base URL is the environment's. */
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ apiKey: 'sk-THE-KEY' });
const request = { model: 'claude-haiku-4-5', max_tokens: 100, messages: [{ role: 'user', content: 'THE-PROMPT' }] };
const whole = await client.messages.create(request);
process.stdout.write(`${whole.content[0].text}\n`);
const streamed = await client.messages.stream(request).finalMessage();
process.stdout.write(`${streamed.content[0].text} ${streamed.usage.output_tokens}\n`);
