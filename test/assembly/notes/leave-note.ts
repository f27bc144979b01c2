import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../../../src/config/config.js';
import { CONFIG } from '../../../src/config/config.module.js';
import { RowIds } from '../../../src/database/row-ids.js';
import { badRequest } from '../../../src/errors/auth-error.js';
import { Mailer } from '../../../src/mail/mailer.js';
import type { User } from '../../../src/users/user.js';
import { Note } from './note.entity.js';
import { notesErrors } from './notes-errors.js';
import { notesOptions } from './notes-options.js';

@Injectable()
export class LeaveNote {
  constructor(
    private readonly ids: RowIds,
    private readonly mailer: Mailer,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute(user: User, text: string): Promise<string> {
    if (text.length > notesOptions.of(this.config).notes.maxLength)
      throw badRequest(notesErrors.NOTE_TOO_LONG);
    const id = await this.ids.next('notes');
    await this.dataSource.manager.insert(Note, { id, text, expiresAt: new Date() });
    const values = { name: user.name, note: text };
    await this.mailer.send({ kind: 'note-left', to: user.email, language: 'de', values });
    return id;
  }
}
