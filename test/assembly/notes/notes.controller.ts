import { Body, Controller } from '@nestjs/common';
import { Answer } from '../../../src/http/answer.js';
import { AuthPost } from '../../../src/http/auth-route.js';
import { Text } from '../../../src/http/fields.js';
import { ApiProperty, ApiTags } from '../../../src/openapi/decorators.js';
import { Current, type AuthContext } from '../../../src/sessions/auth-context.js';
import { LeaveNote } from './leave-note.js';
import { LAST_NOTE } from './last-note.js';
import { notesErrors } from './notes-errors.js';

class NoteBody {
  @Text()
  text!: string;
}

class NoteAnswer {
  @ApiProperty()
  id!: string;
}

@ApiTags('Notes')
@Controller()
export class NotesController {
  constructor(private readonly leave: LeaveNote) {}

  @AuthPost('notes', {
    summary: 'Leave a note',
    body: NoteBody,
    answer: NoteAnswer,
    errors: { 400: [notesErrors.NOTE_TOO_LONG] },
  })
  async leaveNote(@Current() { user }: AuthContext, @Body() { text }: NoteBody) {
    const id = await this.leave.execute(user, text);
    return new Answer({ id }, { cookies: [{ cookie: LAST_NOTE, value: id }] });
  }
}
