/** A process of its own: writes the processor time of its first pricing, and of a control, to file descriptor 3. */
import { writeSync } from 'node:fs';
import { firstPricing } from './pricing.mjs';

writeSync(3, JSON.stringify(firstPricing()));
