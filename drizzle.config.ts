/** For drizzle-kit: `npx drizzle-kit generate` writes the next migration after a change of the schema. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './platform/event-store/schema.ts',
  out: './platform/event-store/migrations',
});
