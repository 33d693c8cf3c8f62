namespace Capacity.Cli.Commands;

/// <summary>What a starter scenario is about.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="Service">Full name of the service.</param>
/// <param name="Stack">File name of the stack.</param>
internal sealed record Starter(string Name, string Service, string Stack);

/// <summary>The files that <c>capacity init</c> writes.</summary>
internal static class StarterFiles
{
    /// <summary>Name of the schema beside the scenario.</summary>
    public const string SchemaName = "scenario.schema.json";

    /// <summary>A stack whose service scales by its response times.</summary>
    public const string Stack = """
        # The service, and how it scales: the labels become alert rules, and the alerts move the replicas.
        version: "3.7"

        services:
          web:
            image: registry.example/web:1
            stop_grace_period: 10s
            healthcheck: { test: wget -q -O- localhost:8080/demo/hello, interval: 10s }
            deploy:
              replicas: 2
              labels:
                - com.df.notify=true
                - com.df.scrapePort=8080
                - com.df.scaleMin=2
                - com.df.scaleMax=8
                - com.df.scaleUpBy=2
                - com.df.scaleDownBy=1
                # more than 1 % of the responses of the last five minutes took longer than 0.1 s
                - com.df.alertName.1=resptimeabove
                - com.df.alertIf.1=@resp_time_above:0.1,5m,0.99
                # more than 75 % took at most 0.025 s
                - com.df.alertName.2=resptimebelow
                - com.df.alertIf.2=@resp_time_below:0.025,5m,0.75

        """;

    /// <summary>Prometheus' intervals.</summary>
    public const string Prometheus = """
        global:
          scrape_interval: 10s
          evaluation_interval: 15s

        """;

    /// <summary>Alerts with the labels scale and type go to the scaler.</summary>
    public const string Alertmanager = """
        route:
          receiver: nobody
          group_by: [service, scale, type]
          group_wait: 5s
          group_interval: 1m
          repeat_interval: 1m
          routes:
            - receiver: scale
              match: { type: service }
              match_re: { scale: up|down }

        receivers:
          - name: nobody
          - name: scale
            webhook_configs:
              - url: http://scaler:8080/v1/scale-service
                send_resolved: false

        """;

    /// <summary>A scenario of half an hour with a peak.</summary>
    public static string Scenario(Starter starter) => $$"""
        # {{starter.Name}}: say in this line what the scenario shows
        # yaml-language-server: $schema={{SchemaName}}
        version: 1
        name: {{starter.Name}}
        target:
          service: {{starter.Service}}
          stack: {{starter.Stack}}
          prometheus: prometheus.yml
          alertmanager: alertmanager.yml

        load:                        # stage after stage; units are always written out
          - { stage: warm-up,   inject: 100/s,             during: 5m }
          - { stage: ramp,      ramp_to: 400/s,            during: 5m }
          - { stage: peak,      ramp_to: 600/s, over: 20s, during: 10m }
          - { stage: cool-down, ramp_to: 100/s,            during: 5m }

        requests:                    # the kinds of requests; service_time is what one of them keeps a worker busy
          - name: read
            share: 90%
            path: "/demo/hello?delay={service_time_ms}"
            service_time: { p50: 8ms, p95: 16ms }
          - name: write
            share: 10%
            path: "/demo/hello?delay={service_time_ms}"
            service_time: { p50: 25ms, p95: 50ms }

        service: { workers: 8, startup: 2s }

        objectives:                  # what must hold during the launch
          - { metric: latency.p99, under: 400ms, except: 1m }
          - { metric: errors,      under: 0.1% }

        """;
}
