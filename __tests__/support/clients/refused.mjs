/** Asks until it is refused and then some; prints what each client raises. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const messages = [{ role: 'user', content: 'THE-PROMPT' }];
const attempts = [
  () => new OpenAI({ apiKey: 'sk' }).chat.completions.create({ model: 'gpt-4o-mini', messages, max_tokens: 100 }),
  () => new Anthropic({ apiKey: 'sk' }).messages.create({ model: 'claude-haiku-4-5', messages, max_tokens: 100 }),
];
for (const ask of [...attempts, ...attempts]) {
  try {
    await ask();
    process.stdout.write('answered\n');
  } catch (error) {
    process.stdout.write(`${error.constructor.name} ${error.status} ${error.message}\n`);
  }
}
