using System.Globalization;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>How one replica serves and starts.</summary>
internal static class ServiceKnobs
{
    private const string Group = "Service";

    private static readonly double[] Factors =
        [0.25, 0.33, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4];

    public static IEnumerable<KnobAction> Of(Scenario scenario)
    {
        if (scenario.Service.Workers is { } workers)
        {
            yield return Count("workers", "workers of a replica", "service.workers", workers,
                (service, count) => service with { Workers = count });
        }

        if (scenario.Service.Cores is { } cores)
        {
            yield return Count("cores", "cores of a replica", "service.cores", cores,
                (service, count) => service with { Cores = count });
        }

        yield return Startup(scenario.Service.Startup);
        Knob speed = Knob.Of("serviceTime", Group, "service time", KnobUnit.Factor, 1, "requests[…].service_time",
            Factors);
        yield return new KnobAction(speed, (turned, factor) => turned.Scenario.Requests.Index().Aggregate(
            turned with
            {
                Scenario = turned.Scenario with
                {
                    Requests =
                    [
                        .. turned.Scenario.Requests.Select(r =>
                            r with { ServiceTime = ScaledLaw.Of(r.ServiceTime, factor) }),
                    ],
                },
            },
            (now, kind) => now with
            {
                Settings =
                [
                    .. now.Settings,
                    string.Create(CultureInfo.InvariantCulture, $"requests[{kind.Index}].service_time=")
                        + ScaledLaw.Yaml(ScaledLaw.Of(kind.Item.ServiceTime, factor)),
                ],
            }));
    }

    private static KnobAction Count(
        string id, string name, string path, int value, Func<ServiceModel, int, ServiceModel> turn) => new(
        Knob.Of(id, Group, name, KnobUnit.Count, value, path, KnobText.Counts(1, Math.Max(8, value * 3))),
        (turned, count) => turned.With(
            turned.Scenario with { Service = turn(turned.Scenario.Service, (int)count) },
            string.Create(CultureInfo.InvariantCulture, $"{path}={(int)count}")));

    private static KnobAction Startup(ServiceLaw law)
    {
        double mean = Math.Round(law.MeanSeconds, 3);
        return new KnobAction(
            Knob.Of("startup", Group, "start-up of a replica", KnobUnit.Seconds, mean, "service.startup",
                KnobText.TimesWithin(1, 300).Prepend(0.5).Prepend(0)),
            (turned, seconds) =>
            {
                ServiceLaw changed = law is ServiceLaw.Constant || mean <= 0 || seconds <= 0
                    ? new ServiceLaw.Constant(seconds)
                    : ScaledLaw.Of(law, seconds / mean);
                return turned.With(
                    turned.Scenario with { Service = turned.Scenario.Service with { Startup = changed } },
                    $"service.startup={ScaledLaw.Yaml(changed)}");
            });
    }
}
