import { ApiProperty } from '@nestjs/swagger';

export class StatusAnswer {
  @ApiProperty({ enum: [true] })
  status!: true;
}

export class SuccessAnswer {
  @ApiProperty({ enum: [true] })
  success!: true;
}
