import { ApiProperty } from '../openapi/decorators.js';

export class StatusAnswer {
  @ApiProperty({ enum: [true] })
  status!: true;
}

export class SuccessAnswer {
  @ApiProperty({ enum: [true] })
  success!: true;
}
