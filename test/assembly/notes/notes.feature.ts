import { Inject, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Feature } from '../../../src/assembly/feature.js';
import { MailKinds } from '../../../src/mail/mail-kinds.js';
import { MailModule } from '../../../src/mail/mail.module.js';
import { Metrics } from '../../../src/metrics/metrics.js';
import { RateLimitRules } from '../../../src/rate-limits/rate-limit-rules.js';
import { RateLimitsModule } from '../../../src/rate-limits/rate-limits.module.js';
import { SessionsModule } from '../../../src/sessions/sessions.module.js';
import { Sweeper } from '../../../src/sweeping/sweeper.js';
import { UsersModule } from '../../../src/users/users.module.js';
import { LAST_NOTE } from './last-note.js';
import { LeaveNote } from './leave-note.js';
import { LockGate } from './lock.gate.js';
import { Note } from './note.entity.js';
import { NotesController } from './notes.controller.js';
import { notesOptions } from './notes-options.js';

@Module({
  imports: [MailModule, RateLimitsModule, SessionsModule, UsersModule],
  controllers: [NotesController],
  providers: [LeaveNote, LockGate],
})
class NotesModule {
  constructor(
    kinds: MailKinds,
    rules: RateLimitRules,
    sweeper: Sweeper,
    metrics: Metrics,
    @Inject(DataSource) dataSource: DataSource,
  ) {
    kinds.add({
      name: 'note-left',
      templates: `${import.meta.dirname}/mails`,
      essential: 'note',
      life: () => 3600,
    });
    rules.add([{ path: '/notes', window: 60, max: 2 }]);
    sweeper.add({ table: 'notes', condition: `text = 'old'` });
    metrics.gauges({ name: 'notes', help: 'Notes in the database', labels: ['state'] }, async () => ({
      kept: await dataSource.manager.count(Note),
    }));
  }
}

export const notes: Feature = {
  module: NotesModule,
  entities: [Note],
  optionTables: [notesOptions],
  cookies: [LAST_NOTE],
};
