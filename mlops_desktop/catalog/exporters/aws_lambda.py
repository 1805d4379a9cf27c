"""A container for AWS Lambda: the service behind the Lambda Web Adapter, with a SAM template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlops_desktop.catalog.exporters._cloud import ANY_ADDRESS, CLOUD_PORT, START, CloudContainer
from mlops_desktop.catalog.exporters._container import DOCKER_FILES, USER, Runtime
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

ADAPTER = "public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1"


@dataclass(frozen=True, kw_only=True)
class AwsLambda(CloudContainer):
    """The adapter turns events into requests, so that the service stays as it is."""

    id: ClassVar[str] = "aws_lambda"
    label: ClassVar[str] = "AWS Lambda"
    help: ClassVar[str] = "The service as a container image for a Lambda function with an address of its own."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("lambda/", msg("the function and its address as a SAM template")),
        *DOCKER_FILES,
        *contents(),
    )
    runtime: ClassVar[Runtime] = Runtime(
        CLOUD_PORT,
        USER,
        START,
        (
            ANY_ADDRESS,
            "# Turns the events of Lambda into requests; without Lambda it is not started.",
            f"COPY --from={ADAPTER} /lambda-adapter /opt/extensions/lambda-adapter",
            "ENV AWS_LWA_READINESS_CHECK_PATH=/health/ready",
        ),
    )
    place: ClassVar[str] = "lambda"
    readme: ClassVar[str] = """
## On AWS Lambda

```
docker build --platform linux/amd64 --provenance=false -t {image} . && docker push {image}
sam deploy --guided --template-file lambda/template.yaml
```

The address of the function asks for the rights of IAM: sign the requests, or put an API gateway in front. The image takes the
[Lambda Web Adapter](https://github.com/awslabs/aws-lambda-web-adapter) from AWS. It was not tried on Lambda.
"""

    def files(self, info: dict[str, Any], image: str, megabytes: int) -> dict[str, str]:
        function = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "PackageType": "Image",
                "ImageUri": image,
                "MemorySize": min(10240, max(512, megabytes)),
                "Timeout": 60,
                "Architectures": ["x86_64"],
                "FunctionUrlConfig": {"AuthType": "AWS_IAM"},
            },
        }
        template = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::Serverless-2016-10-31",
            "Description": "A model as a function",
            "Resources": {"Model": function},
            "Outputs": {"Address": {"Value": {"Fn::GetAtt": ["ModelUrl", "FunctionUrl"]}}},
        }
        return {"template.yaml": to_yaml(template)}
