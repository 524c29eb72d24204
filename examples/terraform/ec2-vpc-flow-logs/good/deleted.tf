resource "aws_flow_log" "deleted" {
  vpc_id               = aws_vpc.deleted.id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.rejected.arn
}
